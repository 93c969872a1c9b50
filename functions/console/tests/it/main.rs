//! The console on fakes: who may read what, the documents, and what a forger may try.

mod access;
mod alerts;
mod coverage_page;
mod disconnections;
mod documents;
mod events_page;
mod every_fragment;
mod examples;
mod harness;
mod meetings;
mod operations;
mod pages;
mod playground;
mod previews;
mod published;
mod sign_in;
mod static_files;
mod threats;
mod timeline;
mod writes;
