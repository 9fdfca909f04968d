// The entries of `custom_reports`: each is a table of settings of its own.
#pragma once

#include <string>
#include <vector>

#include "tap_pinterest/config/config.hpp"
#include "values.hpp"

namespace tap_pinterest::config {

// Reads the entries of `values`; what one of them leaves out is as in `config`, which needs its analytics and
// dates. `today` is the last day if there is no end_date. Appends a problem for each that is of no use.
std::vector<CustomReport> read_custom_reports(const Values& values, const Config& config, util::Day today,
                                              std::vector<std::string>& problems);

}  // namespace tap_pinterest::config
