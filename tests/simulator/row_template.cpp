#include "row_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "calendar.hpp"
#include "hash.hpp"

namespace simulator {
namespace {

std::int64_t made(const TemplateRow& row) {
  return unix_seconds(row.call.world.epoch()) - 86'400 * 30 -
         static_cast<std::int64_t>(mix(row.key, 1) % (86'400 * 800));
}

// Every 50th shares the newest time, as entities do.
std::int64_t updated(const TemplateRow& row) {
  const std::int64_t newest = unix_seconds(row.call.world.epoch()) - 3'600;
  if (row.index % 50 == 7) return newest;
  return made(row) +
         static_cast<std::int64_t>(mix(row.key, 2) % static_cast<std::uint64_t>(newest - made(row)));
}

std::string campaign(const TemplateRow& row) {
  const World& world = row.call.world;
  const int account = std::max(0, row.call.account);
  const std::int64_t count = std::max<std::int64_t>(1, world.count(EntityKind::kCampaign, account));
  return std::to_string(world.id({EntityKind::kCampaign, account, row.index % count}));
}

struct Gap {
  std::string_view name;
  std::string (*fill)(const TemplateRow&);
};

constexpr auto kGaps = std::to_array<Gap>({
    {"id", [](const TemplateRow& it) { return std::to_string(it.id); }},
    {"n", [](const TemplateRow& it) { return std::to_string(it.index); }},
    {"s", [](const TemplateRow& it) { return std::to_string(made(it)); }},
    {"ms", [](const TemplateRow& it) { return std::to_string(made(it) * 1'000 + it.index); }},
    {"iso", [](const TemplateRow& it) { return format_moment(made(it), it.key >> 8U); }},
    {"local", [](const TemplateRow& it) { return format_seconds(made(it)); }},
    {"day", [](const TemplateRow& it) { return format_seconds(made(it)).substr(0, 10); }},
    {"us", [](const TemplateRow& it) { return std::to_string(updated(it)); }},
    {"ums", [](const TemplateRow& it) { return std::to_string(updated(it) * 1'000 + it.index); }},
    {"uiso", [](const TemplateRow& it) { return format_moment(updated(it), it.key >> 16U); }},
    {"account",
     [](const TemplateRow& it) {
       return std::to_string(it.call.world.account_id(std::max(0, it.call.account)));
     }},
    {"parent", [](const TemplateRow& it) { return it.parent; }},
    {"kind", [](const TemplateRow& it) { return std::string(it.kind); }},
    {"slot", [](const TemplateRow& it) { return it.slot; }},
    {"campaign", campaign},
});

class Filler {
 public:
  explicit Filler(const TemplateRow& row) : row_(row) {}

  void fill(std::string_view text) {
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
      out_ += text.substr(0, at);
      text.remove_prefix(at + 1);
      fill_gap(text);
    }
    out_ += text;
  }

  std::string take() { return std::move(out_); }

 private:
  void fill_gap(std::string_view& text) {
    const bool is_flag = text.starts_with('?');
    if (is_flag) text.remove_prefix(1);
    const std::size_t length = std::min(
        text.size(),
        static_cast<std::size_t>(
            std::ranges::find_if_not(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }) -
            text.begin()));
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    if (text.starts_with('(')) return choose(which(name, is_flag), text);
    if (name == "r") {
      out_ += std::to_string(1 + mix(row_.key, ++rolls_, 3) % 999'999);
      return;
    }
    const auto* const gap = std::ranges::find(kGaps, name, &Gap::name);
    if (gap == kGaps.end()) {  // an ordinary @
      out_.append("@").append(name);
    } else {
      out_ += gap->fill(row_);
    }
  }

  std::uint64_t which(std::string_view name, bool is_flag) {
    if (is_flag) return row_.call.arguments.boolean(name, false) ? 0 : 1;
    if (name == "n") return static_cast<std::uint64_t>(row_.index);
    if (name == "v") return static_cast<std::uint64_t>(row_.value);
    return mix(row_.key, ++rolls_, 4);
  }

  // `text` begins with `(`, and is left with what follows its `)`.
  void choose(std::uint64_t which, std::string_view& text) {
    std::vector<std::string_view> choices;
    int depth = 0;
    std::size_t begin = 1;
    for (std::size_t at = 0;; ++at) {
      const char c = text.at(at);
      if (c == '(') ++depth;
      if (c == ')') --depth;
      if (depth > 1 || (c != '|' && c != ')') || (c == ')' && depth == 1)) continue;
      choices.push_back(text.substr(begin, at - begin));
      begin = at + 1;
      if (depth == 0) break;
    }
    text.remove_prefix(begin);
    fill(choices[which % choices.size()]);
  }

  const TemplateRow& row_;
  std::uint64_t rolls_ = 0;  // each choice has dice of its own
  std::string out_;
};

}  // namespace

std::string fill_template(std::string_view text, const TemplateRow& row) {
  Filler filler(row);
  filler.fill(text);
  return filler.take();
}

}  // namespace simulator
