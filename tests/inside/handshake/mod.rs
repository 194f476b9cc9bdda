mod steps;
mod allow;
mod diagnosis;
mod variants;
mod other_programs;
mod narration;
