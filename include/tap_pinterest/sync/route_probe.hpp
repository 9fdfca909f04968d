// Whether an app has the bulk route of pin analytics (beta), judged by what must work if it has.
#pragma once

#include <cstdint>
#include <optional>

#include "tap_pinterest/pinterest/requests.hpp"

namespace tap_pinterest::sync {

// A refused batch proves nothing: one dead pin refuses it too. So single pins are asked for one at a time
// until one can be read, and then the bulk route for that pin alone: that must work where the route exists.
class RouteProbe {
 public:
  // Streams without routes use the bulk request; so do pins whose route was never in doubt.
  RouteProbe() = default;
  // A route that is still to be found out, or (`single`) was found out lately.
  explicit RouteProbe(bool single) : stage_(single ? Stage::single : Stage::untried) {}

  // How the next batch is asked for.
  pinterest::PinRoute route() const {
    return stage_ == Stage::doubted || stage_ == Stage::single ? pinterest::PinRoute::single
                                                               : pinterest::PinRoute::bulk;
  }
  // Not known yet: one request at a time.
  bool unknown() const { return stage_ == Stage::untried || stage_ == Stage::doubted; }
  // Nothing has been answered by the bulk route yet, and nothing refused.
  bool untried() const { return stage_ == Stage::untried; }
  // The pin that the bulk route is to be asked for, or is being asked for.
  std::optional<std::uint64_t> proof() const { return proof_; }

  // A batch was refused before any was answered.
  void doubt() { stage_ = Stage::doubted; }
  // A request was answered; `pin` is the one it asked for, if it was one. Returns whether the bulk route is
  // now to be asked for that pin.
  bool answered(pinterest::PinRoute route, std::uint64_t pin);
  // The proof could not be asked for.
  void withdraw() { proof_.reset(); }
  // The proof was refused: the app has no bulk route.
  void disproved() {
    stage_ = Stage::single;
    proof_.reset();
  }

 private:
  enum class Stage { untried, doubted, bulk, single };

  Stage stage_ = Stage::bulk;
  std::optional<std::uint64_t> proof_;
};

inline bool RouteProbe::answered(pinterest::PinRoute route, std::uint64_t pin) {
  if (!unknown()) return false;
  if (route == pinterest::PinRoute::bulk) {
    stage_ = Stage::bulk;
    proof_.reset();
    return false;
  }
  if (proof_) return false;
  proof_ = pin;
  return true;
}

}  // namespace tap_pinterest::sync
