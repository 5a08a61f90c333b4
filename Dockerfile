# Alpine, because Hindsight drives the git program, and Alpine's comes without
# Perl: a small part of what it weighs on Debian. The binary is static, so it
# takes nothing from the base but git and the authorities' certificates.

FROM golang:1.26-alpine AS build
# Go stamps version and commit, which `hindsight version` prints, from .git.
RUN apk add --no-cache git
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /hindsight ./cmd/hindsight

FROM alpine:3.22
# A named user, since git asks for the name of whoever runs it; a fixed number,
# since Kubernetes can only see from a number that it is not root.
RUN apk add --no-cache git ca-certificates \
	&& addgroup -g 65532 hindsight \
	&& adduser -D -H -u 65532 -G hindsight hindsight \
	&& install -d -o hindsight -g hindsight -m 700 /data
COPY --from=build /hindsight /usr/local/bin/hindsight

# The root file system may be read-only: what is written goes to /data, and
# what is temporary to /tmp.
ENV HINDSIGHT_ADDR=0.0.0.0:8080 \
	HINDSIGHT_DATA_DIR=/data \
	HOME=/tmp
VOLUME /data
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
	CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
# Signals go to hindsight itself, which on SIGTERM finishes what it has
# accepted.
ENTRYPOINT ["hindsight"]
CMD ["serve"]
