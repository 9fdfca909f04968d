#include "tap_pinterest/http/authorities.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace tap_pinterest::http {
namespace {

struct Machine {
  std::map<std::string, std::string> environment;
  std::set<std::string> files;
  std::string built_in;

  AuthorityFile find() const {
    const auto variable = [this](const char* name) {
      const auto found = environment.find(name);
      return found == environment.end() ? nullptr : found->second.c_str();
    };
    return find_authorities(variable, built_in,
                            [this](const std::string& path) { return files.contains(path); });
  }
};

TEST(Authorities, AreFoundWhereEachDistributionKeepsThem) {
  for (const char* place : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
                            "/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    const AuthorityFile found =
        Machine{.environment = {}, .files = {place}, .built_in = "/nowhere.pem"}.find();
    EXPECT_EQ(found.path, place);
    EXPECT_FALSE(found.is_from_the_environment);
  }
}

TEST(Authorities, OfLibcurlItselfComeFirst) {
  const Machine machine{
      .environment = {}, .files = {"/etc/ssl/cert.pem", "/opt/ca.pem"}, .built_in = "/opt/ca.pem"};
  EXPECT_EQ(machine.find().path, "/opt/ca.pem");
}

TEST(Authorities, AreNoneWhereNoFileIs) { EXPECT_EQ(Machine{}.find().path, ""); }

TEST(Authorities, OfTheEnvironmentStandInForTheSystemsEvenIfTheyAreMissing) {
  Machine machine{.environment = {{"SSL_CERT_FILE", "/missing.pem"}, {"CURL_CA_BUNDLE", ""}},
                  .files = {"/etc/ssl/cert.pem"},
                  .built_in = ""};
  EXPECT_EQ(machine.find().path, "/missing.pem");
  EXPECT_TRUE(machine.find().is_from_the_environment);
  machine.environment["CURL_CA_BUNDLE"] = "/first.pem";
  EXPECT_EQ(machine.find().path, "/first.pem");
}

}  // namespace
}  // namespace tap_pinterest::http
