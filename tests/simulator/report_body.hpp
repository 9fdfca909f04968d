// The body of a finished report, made anew for whoever downloads it.
#pragma once

#include <memory>

#include "pieces.hpp"
#include "report_request.hpp"

namespace simulator {

// What a report has been made of; it never changes.
struct ReportSource {
  World world;
  int account;
  ReportRequest request;
  Instant now;
};

// Whether a row passes the filters and says anything: reports leave out rows that are 0 in all metrics.
bool is_reported(const ReportRequest& request, const Row& row);
bool is_reported(const World& world, const ReportRequest& request, const Subject& subject);

// {"<id>": [rows]}, or {"<date>": {"<id>": [rows]}}; `{}` if there are no rows.
Pieces report_pieces(std::shared_ptr<const ReportSource> source);

}  // namespace simulator
