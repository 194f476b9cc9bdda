mod steps;
mod allow;
mod diagnosis;
