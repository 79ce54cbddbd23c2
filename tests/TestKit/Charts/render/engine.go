package main

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// Deeper recursion of include is a mistake of the chart.
const maxIncludeDepth = 1000

type engine struct {
	chart     *chart
	options   *options
	templates *template.Template
	depth     map[string]int
}

type renderedFile struct{ name, text string }

func newEngine(c *chart, o *options) *engine {
	e := &engine{chart: c, options: o, templates: template.New("gotpl").Option("missingkey=zero"), depth: map[string]int{}}
	functions := sprig.TxtFuncMap()
	// A chart must not depend on the machine that renders it.
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["include"] = e.include
	functions["tpl"] = e.tpl
	functions["required"] = required
	functions["lookup"] = e.lookup
	functions["toYaml"] = toYaml
	functions["fromYaml"] = fromYaml
	e.templates.Funcs(functions)
	return e
}

// Renders every template but partials (_*.tpl) and the notes, which are rendered, too, and then left out, as `helm template` does.
func (e *engine) render(values map[string]any) ([]renderedFile, error) {
	names := make([]string, 0, len(e.chart.templates))
	for name, text := range e.chart.templates {
		names = append(names, name)
		if _, err := e.templates.New(name).Parse(text); err != nil {
			return nil, fmt.Errorf("parse error at %w", err)
		}
	}
	sort.Strings(names)
	var result []renderedFile
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		scope := e.scope(values)
		scope["Template"] = map[string]any{"Name": name, "BasePath": e.chart.name + "/templates"}
		text, err := e.execute(e.templates.Lookup(name), scope)
		if err != nil {
			return nil, fmt.Errorf("execution error at %w", err)
		}
		if path.Base(name) != "NOTES.txt" && strings.TrimSpace(text) != "" {
			result = append(result, renderedFile{name, text})
		}
	}
	return result, nil
}

func (e *engine) execute(t *template.Template, scope any) (string, error) {
	var text bytes.Buffer
	if err := t.Execute(&text, scope); err != nil {
		return "", err
	}
	return strings.ReplaceAll(text.String(), "<no value>", ""), nil
}

func (e *engine) scope(values map[string]any) map[string]any {
	metadata := map[string]any{}
	for key, value := range e.chart.metadata {
		metadata[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return map[string]any{
		"Values": values,
		"Chart":  metadata,
		"Files":  files(e.chart.files),
		"Release": map[string]any{
			"Name": e.options.release, "Namespace": e.options.namespace, "Service": "Helm",
			"Revision": 1, "IsInstall": !e.options.isUpgrade, "IsUpgrade": e.options.isUpgrade,
		},
		"Capabilities": map[string]any{
			"KubeVersion": newKubeVersion(e.options.kubeVersion),
			"APIVersions": apiVersions(e.options.apiVersions),
		},
	}
}

func (e *engine) include(name string, scope any) (string, error) {
	if e.depth[name]++; e.depth[name] > maxIncludeDepth {
		return "", fmt.Errorf("%s includes itself without end", name)
	}
	defer func() { e.depth[name]-- }()
	included := e.templates.Lookup(name)
	if included == nil {
		return "", fmt.Errorf("no template %q associated with template %q", name, e.templates.Name())
	}
	return e.execute(included, scope)
}

func (e *engine) tpl(text string, scope any) (string, error) {
	all, err := e.templates.Clone()
	if err != nil {
		return "", err
	}
	parsed, err := all.New("tpl").Parse(text)
	if err != nil {
		return "", err
	}
	return e.execute(parsed, scope)
}

// The object of --objects, or an empty map. Lists (an empty name) are not supported.
func (e *engine) lookup(apiVersion, kind, namespace, name string) (map[string]any, error) {
	if e.options.objects == "" {
		return map[string]any{}, nil
	}
	var objects []map[string]any
	if err := readYaml(e.options.objects, &objects); err != nil {
		return nil, err
	}
	for _, object := range objects {
		metadata, _ := object["metadata"].(map[string]any)
		if object["apiVersion"] == apiVersion && object["kind"] == kind && metadata["namespace"] == namespace && metadata["name"] == name {
			return object, nil
		}
	}
	return map[string]any{}, nil
}

func required(message string, value any) (any, error) {
	if value == nil || value == "" {
		return nil, errors.New(message)
	}
	return value, nil
}

func toYaml(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

// As Helm's does, it tells an error in the map that it returns.
func fromYaml(text string) map[string]any {
	result := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &result); err != nil {
		result["Error"] = err.Error()
	}
	return result
}
