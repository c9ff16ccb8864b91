//! What people say to the bot and what it answers, through the real dispatcher, over real HTTP on both sides.

mod checking;
