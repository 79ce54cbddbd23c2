using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Executor.TestKit.Kubernetes;

/// <summary>One watch that a client has opened, for a test to disturb.</summary>
public sealed class FakeWatch
{
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();
    private readonly ResourcePath _path;
    private readonly Selector _selector;
    private readonly Func<long> _revision;
    private volatile bool _isSilent;

    internal FakeWatch(ResourcePath path, Selector selector, string? resourceVersion, bool takesBookmarks, Func<long> revision)
    {
        _path = path;
        _selector = selector;
        _revision = revision;
        ResourceVersion = resourceVersion;
        TakesBookmarks = takesBookmarks;
    }

    /// <summary>The kind.</summary>
    public string Plural => _path.Plural;

    /// <summary>The version that the client asked to go on from.</summary>
    public string? ResourceVersion { get; }

    /// <summary>Whether the client asked for bookmarks.</summary>
    public bool TakesBookmarks { get; }

    internal ChannelReader<byte[]> Lines => _lines.Reader;

    /// <summary>Ends the watch between two lines, as at its time-out.</summary>
    public void Close() => _lines.Writer.TryComplete();

    /// <summary>Breaks the connection, after what was sent before.</summary>
    public void Cut() => _lines.Writer.TryComplete(new IOException("the test cut the watch"));

    /// <summary>Sends nothing more and keeps the connection open: a dead watch.</summary>
    public void Silence() => _isSilent = true;

    /// <summary>Sends a bookmark with the newest version, or the given one.</summary>
    public void SendBookmark(long? revision = null) => Write("BOOKMARK", new JsonObject
    {
        ["kind"] = "",
        ["apiVersion"] = _path.ApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = $"{revision ?? _revision()}", ["creationTimestamp"] = null },
    });

    /// <summary>Sends an ERROR event.</summary>
    public void SendError(ApiErrorException error) => Write("ERROR", error.ToStatus());

    /// <summary>Sends bytes as they are.</summary>
    public void SendRaw(string text) => _lines.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a change, as it looks through the selectors: what comes to fit is ADDED, what fits no more is DELETED.</summary>
    internal void Send(ResourcePath path, JsonObject? old, JsonObject? now, JsonObject last)
    {
        if (path.Plural != _path.Plural || path.Group != _path.Group || (_path.NamespaceName is { } space && path.NamespaceName != space))
        {
            return;
        }

        var fitted = old is not null && _selector.Fits(old);
        var fits = now is not null && _selector.Fits(now);
        if (fitted || fits)
        {
            Write(!fits ? "DELETED" : fitted ? "MODIFIED" : "ADDED", last);
        }
    }

    private void Write(string type, JsonObject item)
    {
        if (!_isSilent)
        {
            SendRaw($"{{\"type\":\"{type}\",\"object\":{item.ToJsonString()}}}\n");
        }
    }
}
