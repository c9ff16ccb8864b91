//! The sandbox over real HTTP: what it refuses, what it answers, and how tests steer it.

mod answers;
mod refusals;
mod steering;
mod world;
