//! The program as an operator has it: the binary itself, in a directory and an environment of its own, between the same
//! strict stand-ins as the conversations.

mod audit;
mod backup;
mod cek;
mod child;
mod crash;
mod demo;
mod doctor;
mod forget;
mod help;
mod keygen;
mod logs;
mod proxies;
mod relay;
mod reload;
mod rough;
mod run;
mod sandbox;
mod settings;
mod stage;
