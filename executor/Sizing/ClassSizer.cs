using System.Globalization;
using Executor.Rendering;
using Executor.Sizing.Experts;
using Executor.Sizing.History;

namespace Executor.Sizing;

/// <summary>
/// Sizes the attempts of one task class. Its state follows from its observations in their order and from nothing else, so that replaying them restores it; it has no clock and
/// no chance. Memory is bounded (<see cref="ClassHistory.Capacity"/> observations, <see cref="SafetyFactor.Capacity"/> errors an expert). Not thread-safe.
/// </summary>
internal sealed class ClassSizer
{
    /// <summary>Below so many attempts no expert is asked.</summary>
    public const int YoungBelow = 6;

    private const long Mebibyte = 1 << 20;

    // The user's request bounds what is given as long as no attempt has come near to it.
    private const double TrustedShare = 0.95;

    // Where the input explains so much of the memory, an input larger than all that were seen needs more, whatever has cost least among those.
    private const double FollowsInput = 0.95;

    private readonly ClassHistory _history = new();
    private readonly RatedExpert[] _experts =
    [
        new(new VpaExpert(), scaled: false),
        new(new MaximumExpert(), scaled: false),
        new(new ConstantExpert(), scaled: true),
        new(new LinearExpert(), scaled: true),
        new(new PowerExpert(), scaled: true),
        new(new NeighboursExpert(), scaled: true),
        new(new PonderExpert(), scaled: true),
    ];

    private (long Seen, double? Cores)? _cores;

    /// <summary>How many attempts were seen to their end.</summary>
    public long Seen => _history.Seen;

    /// <summary>The largest peak that was seen, in bytes; 0 if none.</summary>
    public double MaxPeakBytes => _history.MaxPeak;

    /// <summary>The cores that an attempt should get, before bounds; null if nothing is known.</summary>
    public double? Cores => (_cores is { } known && known.Seen == _history.Seen ? known : (_cores = (_history.Seen, CpuSizing.Cores(_history))).Value).Cores;

    /// <summary>Learns from an attempt. Answers null, or what is wrong with the observation, which then changes nothing.</summary>
    public string? Observe(Observation observation)
    {
        if (observation.Problem is { } problem)
        {
            return problem;
        }

        if (observation.Censored)
        {
            _history.Add(observation);
            return null;
        }

        if (_history.Seen > 0)
        {
            foreach (var expert in _experts)
            {
                expert.Rate(_history, observation, MaximumExpert.Margin * _history.MaxNeed);
            }
        }

        _history.Add(observation);
        foreach (var expert in _experts)
        {
            expert.Learn(observation);
        }

        return null;
    }

    /// <summary>Decides what an attempt gets; changes nothing that a later decision depends on.</summary>
    public SizingDecision Decide(SizingRequest request)
    {
        if (_history.Seen == 0)
        {
            return Cold(request);
        }

        var growth = GrowthGuard.OfRunning(_history, request.RunningSeconds);
        if (_history.Seen >= YoungBelow)
        {
            return Mixed(request, growth);
        }

        growth = Math.Max(growth, GrowthGuard.OfInput(_history, request.InputBytes));
        var guess = Math.Max(_history.Vpa.Target ?? 0, MaximumExpert.Margin * _history.MaxNeed);
        return Bounded(
            request,
            guess * growth,
            "young",
            [],
            Invariant($"the larger of {MaximumExpert.Margin:0.00} x the most of {Attempts()}, {Bytes(_history.MaxNeed)}, and VPA's {Bytes(_history.Vpa.Target ?? 0)}{Growth(growth)}"));
    }

    private SizingDecision Cold(SizingRequest request)
    {
        var asked = request.RequestBytes ?? SizingRequest.DefaultBytes;

        // Attempts that ran out of memory before any ended tell at least that what they had was too little.
        var needed = _history.MaxNeed > 0 ? References.VpaMemory.AfterOutOfMemory(_history.MaxNeed) : 0;
        var step = request.Waiting <= 1 ? SizingStep.Launch : request.Running == 0 ? SizingStep.Probe : SizingStep.AwaitProbe;
        var reason = (request.RequestBytes is null ? "no request, no history" : "the request, for there is no history")
            + (needed > asked ? Invariant($"; {Bytes(_history.MaxNeed)} were not enough") : "")
            + step switch
            {
                SizingStep.Probe => "; alone, as a probe of its class",
                SizingStep.AwaitProbe => "; the probe of its class has not ended",
                _ => "",
            };
        return Bounded(request, Math.Max(asked, needed), "request", [], reason) with { Step = step };
    }

    private SizingDecision Mixed(SizingRequest request, double growth)
    {
        var proposals = _experts
            .Select(expert => (Expert: expert, Bytes: expert.Propose(_history, request.InputBytes) ?? double.NaN))
            .Where(proposal => double.IsFinite(proposal.Bytes) && proposal.Bytes > 0)
            .OrderBy(proposal => proposal.Expert.Cost)
            .ToArray();
        var (best, bytes) = proposals[0];
        if (!best.Extrapolates && _history.LogInputPeak.Explained >= FollowsInput)
        {
            growth = Math.Max(growth, GrowthGuard.OfInput(_history, request.InputBytes));
        }

        return Bounded(
            request,
            bytes * growth,
            best.Name,
            [.. proposals.Skip(1).Select(proposal => new SizingAlternative(proposal.Expert.Name, proposal.Bytes, proposal.Expert.Cost))],
            Invariant($"{best.Name} says {Bytes(bytes)} after {Attempts()}, and has cost least so far{Growth(growth)}"));
    }

    private SizingDecision Bounded(SizingRequest request, double bytes, string expert, IReadOnlyList<SizingAlternative> alternatives, string reason)
    {
        if (request.RequestBytes is { } asked && bytes > asked && _history.MaxNeed > 0 && _history.MaxNeed <= TrustedShare * asked)
        {
            (bytes, reason) = (asked, reason + "; not more than was asked for, which was always enough");
        }

        if (bytes < request.MinBytes)
        {
            (bytes, reason) = (request.MinBytes, reason + Invariant($"; at least {Bytes(request.MinBytes)}"));
        }

        var most = request.MostBytes;
        if (bytes > most)
        {
            (bytes, reason) = (most, reason + Invariant($"; {(request.NodeBytes <= most ? "the largest node has" : "the class may have")} {Bytes(most)} at most"));
        }

        // Whole MiB, as people write them; beside a bound that is none, the bound.
        var whole = bytes >= most ? most : Math.Min(most, (long)Math.Ceiling(bytes / Mebibyte) * Mebibyte);
        return new SizingDecision(whole, expert, SizingStep.Launch, alternatives, reason);
    }

    private string Attempts() => _history.Seen == 1 ? "1 attempt" : Invariant($"{_history.Seen} attempts");

    private static string Growth(double growth) => growth > 1 ? Invariant($"; x {growth:0.00}, since larger attempts are to be expected") : "";

    private static string Bytes(double bytes) => Quantities.Bytes((long)bytes);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
