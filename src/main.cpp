#include "tap_pinterest/app/run.hpp"

int main(int argc, char** argv) { return tap_pinterest::app::run(argc, argv); }
