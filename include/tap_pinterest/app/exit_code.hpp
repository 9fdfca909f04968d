// What the program says to its caller when it ends.
#pragma once

namespace tap_pinterest::app {

inline constexpr int kExitSuccess = 0;
// The run failed or is incomplete; state already written is safe to resume from.
inline constexpr int kExitFailure = 1;
// Bad usage, configuration, catalog or state.
inline constexpr int kExitUsage = 2;
// Added to the number of the signal that stopped the run.
inline constexpr int kExitSignal = 128;

}  // namespace tap_pinterest::app
