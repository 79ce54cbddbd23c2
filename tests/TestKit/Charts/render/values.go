package main

import (
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

type options struct {
	release, chart, namespace, kubeVersion, objects string
	apiVersions, valueFiles, sets                   []string
	isUpgrade                                       bool
}

func parseOptions(arguments []string) (*options, error) {
	result := &options{namespace: "default", kubeVersion: "v1.34.0"}
	single := map[string]*string{"--namespace": &result.namespace, "--kube-version": &result.kubeVersion, "--objects": &result.objects}
	repeated := map[string]*[]string{"--api-versions": &result.apiVersions, "--values": &result.valueFiles, "--set": &result.sets}
	var positional []string
	for i := 0; i < len(arguments); i++ {
		argument := arguments[i]
		if argument == "--is-upgrade" {
			result.isUpgrade = true
			continue
		}
		if !strings.HasPrefix(argument, "--") {
			positional = append(positional, argument)
			continue
		}
		if single[argument] == nil && repeated[argument] == nil {
			return nil, fmt.Errorf("unknown flag: %s", argument)
		}
		if i++; i == len(arguments) {
			return nil, fmt.Errorf("flag needs an argument: %s", argument)
		}
		if target := single[argument]; target != nil {
			*target = arguments[i]
		} else {
			*repeated[argument] = append(*repeated[argument], arguments[i])
		}
	}
	if len(positional) != 3 || positional[0] != "template" {
		return nil, fmt.Errorf("expected: helm-render template NAME CHART [flags]")
	}
	result.release, result.chart = positional[1], positional[2]
	return result, nil
}

// The chart's defaults, over them the files in their order, over them what --set says.
func mergedValues(c *chart, o *options) (map[string]any, error) {
	values := c.values
	for _, file := range o.valueFiles {
		var given map[string]any
		if err := readYaml(file, &given); err != nil {
			return nil, err
		}
		values = merge(values, given)
	}
	for _, set := range o.sets {
		key, text, found := strings.Cut(set, "=")
		if !found {
			return nil, fmt.Errorf("--set %s: expected KEY=VALUE", set)
		}
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("--set %s: %w", set, err)
		}
		parts := strings.Split(key, ".")
		for i := len(parts) - 1; i >= 0; i-- {
			value = map[string]any{parts[i]: value}
		}
		values = merge(values, value.(map[string]any))
	}
	return values, nil
}

// Maps are merged key by key, anything else is replaced, and a null takes a default away.
func merge(base, over map[string]any) map[string]any {
	result := map[string]any{}
	for key, value := range base {
		result[key] = value
	}
	for key, value := range over {
		if value == nil {
			delete(result, key)
			continue
		}
		below, isMap := value.(map[string]any)
		under, wasMap := result[key].(map[string]any)
		if isMap && wasMap {
			value = merge(under, below)
		}
		result[key] = value
	}
	return result
}
