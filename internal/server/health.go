package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// checkTimeout is how long one check may take.
const checkTimeout = 2 * time.Second

// Check is something without which the server can't do its work.
type Check struct {
	// Name is shown to whoever asks: "database".
	Name string
	// Check is nil if all is well. Its error goes to the log alone.
	Check func(context.Context) error
}

type readiness struct {
	Ready    bool     `json:"ready"`
	NotReady []string `json:"not_ready,omitempty"`
}

// ready answers 503 with the names of what is missing, so that a load
// balancer sends deliveries to a replica that can store them.
func (s *Server) ready(c echo.Context) error {
	ctx := c.Request().Context()
	var missing []string
	for _, check := range s.checks {
		if err := run(ctx, check); err != nil {
			missing = append(missing, check.Name)
			s.log.LogAttrs(ctx, slog.LevelWarn, "not ready",
				slog.String("check", check.Name), slog.Any("error", err))
		}
	}
	status := http.StatusOK
	if len(missing) > 0 {
		status = http.StatusServiceUnavailable
	}
	return c.JSON(status, readiness{Ready: len(missing) == 0, NotReady: missing})
}

func run(ctx context.Context, check Check) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return check.Check(ctx)
}
