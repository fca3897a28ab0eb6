//! Tables in Markdown, with columns that a terminal shows one below the other.

use std::fmt;

use comfy_table::{CellAlignment, Row, Table, presets};

/// A table whose first column is text and whose others are numbers.
pub struct Markdown(Table);

impl Markdown {
    /// A table without rows. The header's cells stand between bars.
    pub fn new(header: &str) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::ASCII_MARKDOWN)
            .set_header(header.split(" | "));
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self(table)
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Row>) {
        self.0.add_row(cells);
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.lines().enumerate() {
            if index == 1 {
                // The line below the header says in Markdown which columns are numbers.
                let (first, others) = line.split_at(line[1..].find('|').map_or(0, |at| at + 1));
                writeln!(f, "{first}{}", others.replace("-|", ":|"))?;
            } else {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_right() {
        let mut table = Markdown::new("program | a | b");
        table.row(["one", "1000", "2"]);
        assert_eq!(
            table.to_string(),
            "| program |    a | b |\n|---------|-----:|--:|\n| one     | 1000 | 2 |\n"
        );
    }
}
