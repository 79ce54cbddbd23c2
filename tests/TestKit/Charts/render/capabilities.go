package main

import (
	"slices"
	"strings"
)

// What templates call .Files: the chart's own files that are not templates.
type files map[string]string

func (f files) Get(name string) string { return f[name] }

// What templates call .Capabilities.APIVersions: versions ("policy/v1") and kinds ("policy/v1/PodDisruptionBudget").
type apiVersions []string

func (a apiVersions) Has(version string) bool { return slices.Contains(a, version) }

// What templates call .Capabilities.KubeVersion.
type kubeVersion struct{ Version, Major, Minor string }

func newKubeVersion(version string) kubeVersion {
	version = "v" + strings.TrimPrefix(version, "v")
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	for len(parts) < 2 {
		parts = append(parts, "0")
	}
	return kubeVersion{version, parts[0], parts[1]}
}

func (k kubeVersion) GitVersion() string { return k.Version }
func (k kubeVersion) String() string     { return k.Version }
