mod steps;
mod allow;
mod diagnosis;
mod variants;
mod narration;
