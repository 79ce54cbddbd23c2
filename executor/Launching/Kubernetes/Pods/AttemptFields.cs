using System.Globalization;
using System.Text;
using Executor.Contracts.Identity;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>What tells the Job of one attempt from that of another attempt of its task with the same limits.</summary>
internal sealed record AttemptFields
{
    /// <summary>The Job's name.</summary>
    public required string Name { get; init; }

    /// <summary>The whole identity, for people.</summary>
    public required string AttemptName { get; init; }

    /// <summary>The instance's index.</summary>
    public required string Index { get; init; }

    /// <summary>The instance's generation.</summary>
    public required string Generation { get; init; }

    /// <summary>The attempt's number.</summary>
    public required string Attempt { get; init; }

    /// <summary>See <see cref="KubernetesLabels.AttemptHash"/>.</summary>
    public required string AttemptHash { get; init; }

    /// <summary>See <see cref="KubernetesLabels.DescriptorHash"/>.</summary>
    public required string DescriptorHash { get; init; }

    /// <summary>The descriptor as the value of a variable; null if it is in the store.</summary>
    public required string? Descriptor { get; init; }

    /// <summary>Those of an attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="encoded">Its descriptor.</param>
    /// <param name="isStored">True if the descriptor is in the store.</param>
    public static AttemptFields Of(AttemptId attempt, ReadOnlySpan<byte> encoded, bool isStored)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return new AttemptFields
        {
            Name = ObjectNames.Job(attempt),
            AttemptName = attempt.ToString(),
            Index = attempt.Index.ToString(CultureInfo.InvariantCulture),
            Generation = attempt.Generation.ToString(CultureInfo.InvariantCulture),
            Attempt = attempt.Attempt.ToString(CultureInfo.InvariantCulture),
            AttemptHash = ObjectNames.AttemptHash(attempt),
            DescriptorHash = JobFactory.HashOf(encoded),
            Descriptor = isStored ? null : Verbatim(Encoding.UTF8.GetString(encoded)),
        };
    }

    /// <summary>Marks that stand for the fields in an <see cref="ObjectTemplate"/>.</summary>
    /// <param name="key">What no object has in it; followed by a hyphen and a digit it is a mark.</param>
    public static AttemptFields Marks(string key) => new()
    {
        Name = $"{key}-0",
        AttemptName = $"{key}-1",
        Index = $"{key}-2",
        Generation = $"{key}-3",
        Attempt = $"{key}-4",
        AttemptHash = $"{key}-5",
        DescriptorHash = $"{key}-6",
        Descriptor = $"{key}-7",
    };

    /// <summary>The fields in a fixed order. The descriptor has to be among them.</summary>
    public IReadOnlyList<string> ToList() => [Name, AttemptName, Index, Generation, Attempt, AttemptHash, DescriptorHash, Descriptor!];

    /// <summary>
    /// A value that arrives as it is (core/v1 EnvVar.value): Kubernetes replaces $(NAME), and takes every $$ for one $, whatever follows it.
    /// </summary>
    private static string Verbatim(string value) => value.Replace("$", "$$", StringComparison.Ordinal);
}
