package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// observe names, counts and times a request, and logs it at debug.
//
// The name is always our own: one that the client chose would let it write
// what it likes into the log.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.now()
		c.Response().Header().Set(echo.HeaderXRequestID, rand.Text())
		if err := next(c); err != nil {
			c.Error(err)
		}
		took := s.now().Sub(start)
		s.metrics.request(route(c), c.Response().Status, took)
		ctx := c.Request().Context()
		if !s.log.Enabled(ctx, slog.LevelDebug) {
			return nil
		}
		s.log.LogAttrs(ctx, slog.LevelDebug, "request",
			slog.String("method", c.Request().Method),
			slog.String("route", route(c)),
			slog.Int("status", c.Response().Status),
			slog.Duration("took", took),
			slog.String("remote", c.RealIP()),
			slog.String("request_id", requestID(c)))
		return nil
	}
}

// route is the pattern that matched. A path is the client's to choose, so it
// names nothing of ours.
func route(c echo.Context) string {
	if pattern := c.Path(); pattern != "" {
		return pattern
	}
	return "none"
}

func requestID(c echo.Context) string {
	return c.Response().Header().Get(echo.HeaderXRequestID)
}

// recover turns a panic into a 500, and into a log line with its stack.
func (s *Server) recover() echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableStackAll:     true,
		DisableErrorHandler: true, // observe calls it, and so knows the status
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.LogAttrs(c.Request().Context(), slog.LevelError, "request panicked",
				slog.String("route", route(c)),
				slog.String("request_id", requestID(c)),
				slog.Any("error", err),
				slog.String("stack", string(stack)))
			return fmt.Errorf("%s panicked: %w", route(c), err)
		},
	})
}

// forPrograms is whether a request is for one of the webhooks' routes, which
// take large bodies, thousands a second.
func forPrograms(c echo.Context) bool { return c.Path() == githubPath || c.Path() == jiraPath }

// limitBody is for the routes that expect no body to speak of.
func limitBody() echo.MiddlewareFunc {
	return middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{
		Skipper: forPrograms,
		Limit:   "64K",
	})
}

func secure() echo.MiddlewareFunc {
	return middleware.SecureWithConfig(middleware.SecureConfig{
		Skipper:               forPrograms,
		ContentTypeNosniff:    "nosniff",
		XFrameOptions:         "DENY",
		ReferrerPolicy:        "no-referrer",
		ContentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
	})
}

// fail answers in one line that a person can read.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := http.StatusInternalServerError
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = he.Code
	}
	message := http.StatusText(status)
	switch status {
	case http.StatusNotFound:
		message = "Hindsight is running, but there is no page at this address."
	case http.StatusInternalServerError:
		message = "Something went wrong here. The log says what, under request " + requestID(c) + "."
	}
	if err := c.String(status, message+"\n"); err != nil {
		s.log.LogAttrs(c.Request().Context(), slog.LevelDebug, "answer not sent", slog.Any("error", err))
	}
}
