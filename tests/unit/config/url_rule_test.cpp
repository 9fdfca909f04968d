#include "tap_pinterest/config/url_rule.hpp"

#include <gtest/gtest.h>

#include <string>

#include "config/files.hpp"

namespace tap_pinterest::config {
namespace {

LoadResult load_api_url(const std::string& url) {
  return Loader().load_members(R"("api_url": )" + nlohmann::json(url).dump());
}

TEST(UrlRule, HttpsGoesAnywhere) {
  for (const char* url :
       {"https://api.pinterest.com/v5", "https://api-sandbox.pinterest.com/v5",
        "HTTPS://Example.COM:8443/a/b%20c", "https://10.0.0.1", "https://[2001:db8::1]:443/v5",
        "https://localhost:8443/v5", "https://host_name/a@b"}) {
    EXPECT_TRUE(load_api_url(url).config) << url;
  }
}

TEST(UrlRule, HttpGoesToThisMachineOnly) {
  for (const char* url :
       {"http://localhost", "http://LocalHost:8080/v5", "http://127.0.0.1:8080/v5", "http://127.255.255.254/",
        "http://[::1]:8080/v5", "http://[::1]", "http://[0:0:0:0:0:0:0:1]/v5", "http://localhost/@evil.com",
        "http://127.0.0.1:8080"}) {
    EXPECT_TRUE(load_api_url(url).config) << url;
  }
  for (const char* url :
       {"http://api.pinterest.com/v5", "http://localhost.evil.com", "http://127.0.0.1.evil.com",
        "http://localhost.", "http://127.1", "http://2130706433", "http://0x7f000001", "http://0177.0.0.1",
        "http://128.0.0.1", "http://0.0.0.0", "http://[::]", "http://[::ffff:127.0.0.1]",
        "http://[2001:db8::1]", "http://localhosts", "http://evil.com/localhost", "http://127.0.0.1.",
        "http://127.0.0.256", "http://notlocalhost"}) {
    EXPECT_TRUE(any_contains(load_api_url(url).problems, "api_url: must be https")) << url;
  }
}

TEST(UrlRule, UserAndPasswordAreRefused) {
  for (const char* url :
       {"https://user:password@api.pinterest.com/v5", "http://127.0.0.1@evil.com",
        "http://localhost:80@evil.com/", "https://@evil.com", "http://localhost@127.0.0.1"}) {
    EXPECT_TRUE(any_contains(load_api_url(url).problems, "user name or password")) << url;
  }
}

TEST(UrlRule, QueryAndFragmentAreRefused) {
  for (const char* url : {"https://h/v5?a=b", "https://h/v5#x", "https://h?", "http://localhost#@evil.com",
                          "http://localhost?@evil.com"}) {
    EXPECT_TRUE(any_contains(load_api_url(url).problems, "neither a query nor a fragment")) << url;
  }
}

TEST(UrlRule, WhatIsNotUnderstoodIsRefused) {
  for (const char* url : {"api.pinterest.com/v5",
                          "https:/api.pinterest.com",
                          "https://",
                          "https:///v5",
                          "https://:443/v5",
                          "https://h:",
                          "https://h:0",
                          "https://h:65536",
                          "https://h:80:80",
                          "https://h:8o",
                          "https://[::1",
                          "https://[::1]x",
                          "https://[::g]",
                          "https://[fe80::1%25eth0]",
                          "https://::1/",
                          "https://h h/",
                          "http://localhost\\@evil.com",
                          "http:\\\\localhost",
                          "https://h/a b",
                          "https://h/\"",
                          "https://h%2eevil.com",
                          "ftp://localhost",
                          "file:///etc/passwd",
                          " https://h",
                          "://h",
                          "https://h/\xC3\xA4",
                          "http://127.0.0.1:+80",
                          "javascript://h"}) {
    EXPECT_FALSE(load_api_url(url).config) << url;
  }
}

TEST(UrlRule, TheAddressIsNotQuoted) {
  EXPECT_FALSE(any_contains(load_api_url("https://user:hunter2@h/v5").problems, "hunter2"));
  EXPECT_FALSE(any_contains(load_api_url("http://hunter2.com/v5").problems, "hunter2"));
}

TEST(UrlRule, HoldsForTheRefreshProxyToo) {
  const LoadResult result = Loader().load(
      {R"({"oauth_credentials": {"refresh_token": "r", "refresh_proxy_url": "http://proxy.example.com/token"}})"});
  EXPECT_TRUE(Loader().problem(result).starts_with("oauth_credentials.refresh_proxy_url: must be https"));
}

TEST(UrlRule, SlashesAtTheEndOfTheApiAddressAreDropped) {
  EXPECT_EQ(load_api_url("https://h/v5//").config.value().api_url, "https://h/v5");
  EXPECT_EQ(load_api_url("https://h/").config.value().api_url, "https://h");
}

TEST(LoopbackPlace, IsWhereOneListensForAnAddressOfThisMachine) {
  struct Place {
    const char* url;
    const char* host;
    int port;
    const char* path;
  };
  for (const Place& expected : {Place{"http://localhost:8085/", "localhost", 8085, "/"},
                                Place{"http://LocalHost:8085", "localhost", 8085, "/"},
                                Place{"HTTP://127.0.0.2/a/b", "127.0.0.2", 80, "/a/b"},
                                Place{"http://[::1]:65535/x", "::1", 65535, "/x"}}) {
    const auto place = loopback_place(expected.url);
    ASSERT_TRUE(place) << expected.url;
    EXPECT_EQ(place->host, expected.host);
    EXPECT_EQ(place->port, expected.port);
    EXPECT_EQ(place->path, expected.path);
  }
  for (const char* url :
       {"https://localhost:8085/", "http://example.com/", "https://example.com/callback",
        "http://localhost:0/", "http://localhost:65536/", "http://localhost:8085/?a=b", ""}) {
    EXPECT_FALSE(loopback_place(url)) << url;
  }
}

}  // namespace
}  // namespace tap_pinterest::config
