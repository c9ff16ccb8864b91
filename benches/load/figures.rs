//! Figures with their targets, as a table.

/// What a figure has to reach.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Told for its own sake.
    None,
}

/// One measured value.
#[derive(Debug)]
pub struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    target: Target,
}

impl Figure {
    /// A value in a unit, with what it has to reach.
    pub fn new(name: &'static str, value: f64, unit: &'static str, target: Target) -> Self {
        Self { name, value, unit, target }
    }

    fn is_met(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.value <= most,
            Target::AtLeast(least) => self.value >= least,
            Target::None => true,
        }
    }

    fn print(&self) {
        let target = match self.target {
            Target::AtMost(most) => format!("≤ {most} {}", self.unit),
            Target::AtLeast(least) => format!("≥ {least} {}", self.unit),
            Target::None => String::new(),
        };
        let verdict = match self.target {
            Target::None => "",
            _ if self.is_met() => "ok",
            _ => "MISSED",
        };
        println!("{:<32} {:>10.2} {:<4} {:<12} {verdict}", self.name, self.value, self.unit, target.trim_end());
    }
}

/// Prints every figure; whether each target is met.
pub fn print_table(figures: &[Figure]) -> bool {
    figures.iter().for_each(Figure::print);
    figures.iter().all(Figure::is_met)
}
