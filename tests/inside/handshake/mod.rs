mod steps;
mod allow;
mod diagnosis;
mod narration;
