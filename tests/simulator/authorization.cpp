#include "authorization.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace simulator {
namespace {

// Short enough for any address, long enough not to be guessed.
constexpr std::size_t kLongestState = 512;
constexpr std::size_t kShortestState = 16;
constexpr std::array<std::string_view, 1> kResponseTypes{"code"};
constexpr std::array<std::string_view, 2> kDecisions{"allow", "deny"};
// `scopes` of the flow authorizationCode in the OpenAPI document.
constexpr std::array<std::string_view, 19> kScopes{
    "ads:read",          "ads:write",           "billing:read",       "billing:write",
    "biz_access:read",   "biz_access:write",    "boards:read",        "boards:read_secret",
    "boards:write",      "boards:write_secret", "catalogs:read",      "catalogs:write",
    "msot:write",        "pins:read",           "pins:read_secret",   "pins:write",
    "pins:write_secret", "user_accounts:read",  "user_accounts:write"};

constexpr std::array<Parameter, 5> kQuestion{{
    {.name = "client_id", .required = true, .values = {}},
    {.name = "redirect_uri", .required = true, .values = {}},
    {.name = "response_type", .type = ParameterType::kEnum, .required = true, .values = kResponseTypes},
    {.name = "scope",
     .type = ParameterType::kEnum,
     .style = ParameterStyle::kCommaSeparated,
     .required = true,
     .max_items = kScopes.size(),
     .values = kScopes},
    {.name = "state", .required = true, .max_length = kLongestState, .values = {}},
}};
constexpr std::array<Parameter, 1> kPressed{
    {{.name = "decision", .type = ParameterType::kEnum, .required = true, .values = kDecisions}}};

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("<>&\"'").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("&#{};", static_cast<int>(c));
    }
  }
  return out;
}

std::string escaped_query(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Answer page(int status, std::string_view body) {
  Answer answer;
  answer.status = status;
  answer.content_type = "text/html; charset=utf-8";
  answer.body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Simulated Pinterest</title>"
      "</head>\n<body>{}</body></html>\n",
      body);
  return answer;
}

Answer refusal_page(const Refusal& refusal) {
  return page(refusal.status, fmt::format("<p id=\"refusal\">{}</p>", escaped_html(refusal.message)));
}

// The page posts to its own address, so that the question need not be repeated in it.
Answer consent_page(const Arguments& question) {
  return page(200,
              fmt::format("<h1>Allow access?</h1>\n<p>The app {} asks for: {}</p>\n<form method=\"post\">\n"
                          "<button id=\"allow\" name=\"decision\" value=\"allow\">Allow</button>\n"
                          "<button id=\"deny\" name=\"decision\" value=\"deny\">Deny</button>\n</form>",
                          escaped_html(question.get("client_id")),
                          escaped_html(fmt::format("{}", fmt::join(question.all("scope"), ", ")))));
}

std::optional<Refusal> check_question(const Options& options, std::string_view query, Arguments& question) {
  const auto pairs = decode_pairs(query);
  if (!pairs) return Refusal{400, 1, "The query cannot be read."};
  if (auto refusal = Arguments::check(*pairs, kQuestion, question)) return refusal;
  if (question.get("client_id") != options.client_id) return Refusal{400, 1, "There is no such app."};
  if (!options.redirect_uris.contains(question.get("redirect_uri"))) {
    return Refusal{400, 1, "The redirect URI is not one of the app's."};
  }
  if (question.get("state").size() < kShortestState) return Refusal{400, 1, "The state can be guessed."};
  return std::nullopt;
}

}  // namespace

Answer authorize(const Options& options, Tokens& tokens, Instant now, const Request& request,
                 std::string_view query) {
  Arguments question;
  if (const auto refusal = check_question(options, query, question)) return refusal_page(*refusal);
  if (request.method == "GET") return consent_page(question);
  if (request.method != "POST") return refusal_page({405, 1, "Method not allowed."});
  const auto form = decode_pairs(request.body);
  Arguments pressed;
  if (!form) return refusal_page({400, 1, "The form cannot be read."});
  if (const auto refusal = Arguments::check(*form, kPressed, pressed)) return refusal_page(*refusal);

  const std::string redirect_uri = question.get("redirect_uri");
  const auto& asked = question.all("scope");
  const std::string outcome =
      pressed.get("decision") == "allow"
          ? "code=" + tokens.authorize({asked.begin(), asked.end()}, redirect_uri, now)
          : "error=access_denied&error_description=The+user+denied+access";
  Answer answer = page(303, "<p>Going back to the app.</p>");
  answer.headers.emplace_back(
      "Location", fmt::format("{}?{}&state={}", redirect_uri, outcome, escaped_query(question.get("state"))));
  return answer;
}

}  // namespace simulator
