# The tap on Debian: docker build -t tap-pinterest . && docker run --rm -v "$PWD:/data" tap-pinterest --config config.json
FROM debian:12-slim AS build
WORKDIR /source
COPY scripts scripts
RUN scripts/install_packages.sh build static && scripts/build_curl.sh
COPY . .
RUN cmake --preset static && cmake --build --preset static && cmake --install build/static --strip --prefix /install

FROM debian:12-slim
# The package would bring OpenSSL along, which is in the program already.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /install/ /usr/local/
RUN useradd --uid 1000 --create-home tap
USER tap
WORKDIR /data
ENTRYPOINT ["tap-pinterest"]
