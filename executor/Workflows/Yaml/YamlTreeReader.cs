using Executor.Workflows.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Executor.Workflows.Yaml;

/// <summary>
/// Reads a YAML 1.2 text of exactly one document into nodes with positions. Anchors, aliases and merge keys (<c>&lt;&lt;</c>) are followed;
/// aliases share nodes, and what they expand to is bounded. Not thread-safe.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>How deep values may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>How many values a document may have with every alias written out.</summary>
    public const long MaxNodes = 3_000_000;

    private readonly string _text;
    private readonly DiagnosticList _diagnostics;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = [];
    private long _aliasedNodes;

    private YamlTreeReader(string text, DiagnosticList diagnostics)
    {
        _text = text;
        _diagnostics = diagnostics;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document, or null where the text has none or cannot be read; then the diagnostics say why.</summary>
    public static YamlNode? Read(string text, DiagnosticList diagnostics)
    {
        var reader = new YamlTreeReader(text, diagnostics);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlTreeException refused)
        {
            diagnostics.Add(new SourceLocation(refused.Position, ""), refused.Message);
        }
        catch (YamlException invalid)
        {
            reader.AddSyntaxError(invalid);
        }

        return null;
    }

    private YamlNode? ReadStream()
    {
        Next<StreamStart>();
        if (!_parser.MoveNext() || _parser.Current is StreamEnd)
        {
            _diagnostics.AddForFile("the file is empty, expected a workflow that begins with 'apiVersion: executor.dev/v1alpha1'");
            return null;
        }

        _parser.MoveNext();
        var root = ReadNode(0);
        Next<DocumentEnd>();
        _parser.MoveNext();
        return _parser.Current is DocumentStart second
            ? throw Refuse(second, "found a second document, expected one workflow in a file")
            : root;
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (!_parser.MoveNext() || _parser.Current is not T)
        {
            throw new InvalidOperationException($"the YAML parser gave {_parser.Current?.GetType().Name} in place of {typeof(T).Name}");
        }
    }

    private YamlNode ReadNode(int depth)
    {
        var current = _parser.Current!;
        if (depth > MaxDepth)
        {
            throw Refuse(current, $"values are nested more than {MaxDepth} deep");
        }

        if (current is AnchorAlias alias)
        {
            return Resolve(alias);
        }

        var start = (NodeEvent)current;
        var quoted = RequireKnownTag(start);
        YamlNode node = start switch
        {
            Scalar scalar => new YamlScalar(
                scalar.Value, scalar.Style == ScalarStyle.Plain && !quoted, Position(scalar.Start), Index(scalar.Start), Index(scalar.End)),
            SequenceStart => ReadList(start, depth),
            _ => ReadMap(start, depth),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }

        return node;
    }

    private YamlList ReadList(NodeEvent start, int depth)
    {
        var items = new List<YamlNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlList(items, Position(start.Start), Index(start.Start), Index(_parser.Current!.End));
    }

    private YamlMap ReadMap(NodeEvent start, int depth)
    {
        var entries = new MapEntries(_diagnostics);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var keyEvent = _parser.Current!;
            if (ReadNode(depth + 1) is not YamlScalar key)
            {
                throw Refuse(keyEvent, "found a list or mapping as the name of a field, expected text");
            }

            _parser.MoveNext();
            entries.Add(key, ReadNode(depth + 1));
        }

        return new YamlMap(entries.ToList(), Position(start.Start), Index(start.Start), Index(_parser.Current!.End));
    }

    private YamlNode Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw Refuse(alias, $"found the alias '*{alias.Value.Value}', expected an anchor '&{alias.Value.Value}' before it");
        }

        _aliasedNodes += node.Size;
        return _aliasedNodes > MaxNodes
            ? throw Refuse(alias, $"aliases stand for more than {MaxNodes} values")
            : node;
    }

    /// <summary>True if the tag makes text of what would else be a number, a truth value or nothing.</summary>
    private static bool RequireKnownTag(NodeEvent node)
    {
        if (node.Tag.IsEmpty)
        {
            return false;
        }

        return node.Tag.IsNonSpecific || node.Tag.Value == "tag:yaml.org,2002:str"
            ? node is Scalar
            : throw Refuse(node, $"found the tag {Quoted.Text(node.Tag.Value)}, expected a value without a tag");
    }

    private void AddSyntaxError(YamlException error)
    {
        // The parser gives no position with a tab in the indentation: it is in the first such line behind what was read so far.
        if (error.End.Index == 0 && FindTab((int)(_parser.Current?.Start.Line ?? 1)) is { } tab)
        {
            _diagnostics.Add(new SourceLocation(tab, ""), "found a tab in the indentation, expected spaces (YAML allows no tabs there)");
            return;
        }

        var detail = error.Message.Trim();
        _diagnostics.Add(new SourceLocation(Position(error.End), ""), $"not valid YAML: {char.ToLowerInvariant(detail[0])}{detail[1..]}");
    }

    private SourcePosition? FindTab(int fromLine)
    {
        var number = 0;
        foreach (var line in _text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = line[..^line.TrimStart(" \t").Length];
            if (number >= fromLine && indentation.IndexOf('\t') is >= 0 and var column)
            {
                return new SourcePosition(number, column + 1);
            }
        }

        return null;
    }

    private static YamlTreeException Refuse(ParsingEvent at, string message) => new(Position(at.Start), message);

    private static SourcePosition Position(Mark mark) => new((int)mark.Line, (int)mark.Column);

    private static int Index(Mark mark) => (int)mark.Index;
}
