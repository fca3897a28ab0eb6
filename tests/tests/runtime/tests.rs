//! How files that a firmware runs too say what their tests are.

/// Makes these functions tests. A function that isn't named here is one that nobody uses, which the compiler reports.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        mod on_the_host {
            $(
                #[test]
                fn $name() {
                    super::$name();
                }
            )+
        }
    };
}
