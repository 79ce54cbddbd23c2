using System.Security.Cryptography;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Usage;

/// <summary>What one store process has counted for one run. Thread-safe.</summary>
internal sealed class RunTally
{
    private const int NameDigits = 16;

    private readonly Lock _lock = new();
    private RequestCounts _counts = RequestCounts.None;

    /// <summary>The name of its record: no other tally has it, of whatever process.</summary>
    internal string Name { get; } = RandomNumberGenerator.GetHexString(NameDigits, lowercase: true);

    internal RequestCounts Counts
    {
        get
        {
            lock (_lock)
            {
                return _counts;
            }
        }
    }

    /// <summary>Held while its record is being written. Never disposed of: it holds nothing but memory.</summary>
    internal SemaphoreSlim Writing { get; } = new(1);

    /// <summary>Requests that its record knows of.</summary>
    internal long Recorded { get; set; }

    /// <summary>Requests when it was last looked at.</summary>
    internal long Seen { get; set; }

    /// <summary>How often in a row nothing was new when it was looked at.</summary>
    internal int QuietLooks { get; set; }

    internal void Add(RequestMethod method)
    {
        lock (_lock)
        {
            _counts = method switch
            {
                RequestMethod.Put => _counts with { Puts = _counts.Puts + 1 },
                RequestMethod.Get => _counts with { Gets = _counts.Gets + 1 },
                RequestMethod.Head => _counts with { Heads = _counts.Heads + 1 },
                RequestMethod.List => _counts with { Lists = _counts.Lists + 1 },
                _ => _counts with { Deletes = _counts.Deletes + 1 },
            };
        }
    }

    internal void AddBytes(long written, long read)
    {
        lock (_lock)
        {
            _counts = _counts with { BytesWritten = _counts.BytesWritten + written, BytesRead = _counts.BytesRead + read };
        }
    }
}
