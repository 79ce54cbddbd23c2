// Renders a chart as `helm template` does, for tests on machines where Helm is not to be had: the same template engine and functions, the
// same schema validator, and of the command line as much as the tests use. Charts with dependencies, hooks and Files.Glob are beyond it.
//
//	helm-render template NAME CHART [--namespace N] [--values FILE]... [--set KEY=VALUE]... [--kube-version V] [--api-versions GVK]...
//	    [--is-upgrade] [--objects FILE]
//
// --objects is its own: a YAML list of the objects that `lookup` finds, which Helm reads from the cluster.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 1 && arguments[0] == "version" {
		fmt.Println("a stand-in for helm template")
		return nil
	}
	options, err := parseOptions(arguments)
	if err != nil {
		return err
	}
	chart, err := loadChart(options.chart)
	if err != nil {
		return err
	}
	values, err := mergedValues(chart, options)
	if err != nil {
		return err
	}
	if err := chart.validate(values); err != nil {
		return err
	}
	rendered, err := newEngine(chart, options).render(values)
	if err != nil {
		return err
	}
	for _, file := range rendered {
		fmt.Printf("---\n# Source: %s\n%s\n", file.name, strings.Trim(file.text, "\n"))
	}
	return nil
}

// A chart as it lies in its folder. Templates and files are named by their path below the folder that holds the chart's.
type chart struct {
	name      string
	metadata  map[string]any
	values    map[string]any
	schema    []byte
	templates map[string]string
	files     map[string]string
}

func loadChart(folder string) (*chart, error) {
	result := &chart{templates: map[string]string{}, files: map[string]string{}}
	if err := readYaml(filepath.Join(folder, "Chart.yaml"), &result.metadata); err != nil {
		return nil, err
	}
	if err := readYaml(filepath.Join(folder, "values.yaml"), &result.values); err != nil {
		return nil, err
	}
	var isText bool
	if result.name, isText = result.metadata["name"].(string); !isText {
		return nil, fmt.Errorf("%s/Chart.yaml: name is missing", folder)
	}
	return result, filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		switch {
		case name == "values.schema.json":
			result.schema = content
		case strings.HasPrefix(name, "templates/"):
			result.templates[result.name+"/"+name] = string(content)
		case name != "Chart.yaml" && name != "values.yaml":
			result.files[name] = string(content)
		}
		return nil
	})
}

func (c *chart) validate(values map[string]any) error {
	if c.schema == nil {
		return nil
	}
	document, err := yaml.Marshal(values)
	if err != nil {
		return err
	}
	if document, err = yaml.YAMLToJSON(document); err != nil {
		return err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewBytesLoader(document))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if result.Valid() {
		return nil
	}
	var lines []string
	for _, failure := range result.Errors() {
		lines = append(lines, "- "+failure.String())
	}
	sort.Strings(lines)
	return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n%s", c.name, strings.Join(lines, "\n"))
}

func readYaml(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
