// What a request for an asynchronous report asks for, held against the OpenAPI document.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "query.hpp"
#include "report_levels.hpp"

namespace simulator {

// Only what has one of these properties.
struct SubjectFilter {
  std::string (*property)(const World& world, const Subject& subject);
  std::set<std::string> allowed;
};

// Only rows whose column is above, or below, all of these.
struct MetricFilter {
  std::size_t column;  // of the report
  bool greater;
  std::vector<double> values;
};

struct ReportRequest {
  const ReportLevel* level = nullptr;
  Report report;  // its last columns may only serve a filter
  std::size_t visible_columns = 0;
  bool by_date = false;
  std::vector<const TargetingType*> targeting_types;
  std::vector<SubjectFilter> filters;
  std::vector<MetricFilter> metric_filters;
};

std::variant<ReportRequest, Refusal> read_report_request(std::string_view body, Day today);

}  // namespace simulator
