using System.Collections.Immutable;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Journaling;
using Executor.Launching;
using Executor.Scheduling;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;

namespace Executor.Tests.Exploration;

/// <summary>The steps of drivers: the product's take-over, logic and journal, one call to the outside at a time.</summary>
internal sealed partial class World
{
    private IEnumerable<Step> DriverSteps()
    {
        var alive = Drivers.Count(driver => driver is not null);
        if (Outcome is null && alive == 0)
        {
            yield return new Step("a driver starts", () => Change(next => next.StartDriver()));
        }

        if (Outcome is null && alive == 1 && Left.SecondDrivers > 0)
        {
            yield return Fault(
                "a second driver starts", left => left with { SecondDrivers = left.SecondDrivers - 1 }, next => next.StartDriver());
        }

        foreach (var driver in Drivers.OfType<DriverNode>())
        {
            foreach (var step in IsOvertaken(driver) ? OvertakenSteps(driver) : driver.Stage == DriverStage.Live ? LiveSteps(driver) : TakeOverSteps(driver))
            {
                yield return step with { Name = $"driver {driver.Nonce} {step.Name}" };
            }

            if (Left.Crashes > 0)
            {
                yield return Crash($"driver {driver.Nonce} crashes", next => next.Set(driver, null));
            }
        }
    }

    private void StartDriver()
    {
        var number = Drivers[0] is null ? 0 : 1;
        Drivers = Drivers.SetItem(number, new DriverNode(number, $"driver{DriversStarted++}", new RunState(_settings.Graph)));
    }

    private bool IsOvertaken(DriverNode driver) =>
        driver.Observes && driver.Position.Epoch < LatestEpoch && _settings.Broken != BrokenRule.IgnoreFencing;

    // Of a driver behind which another has opened, nothing can be seen from outside any more but what it had decided before: whatever it decides
    // now comes to nothing with its next append, which may be at any time.
    private IEnumerable<Step> OvertakenSteps(DriverNode driver)
    {
        yield return new Step("is fenced", () => Change(next =>
        {
            if (driver.Entry is null)
            {
                next.Set(driver, null);
            }
            else
            {
                // Unless the entry stands since before, and only the answer was lost.
                next.Append(driver, answerLost: false);
                Promise(next.Entries == Entries, "a driver that was overtaken has appended");
            }
        }));
        foreach (var act in driver.Acts.Where(act => act.Effect is StartEffect or SealEffect or CancelEffect && MayBeDone(driver, act)))
        {
            yield return new Step($"still does: {act.Text}", () => Change(next => next.Do(driver, act)));
        }
    }

    private bool EntryStands(DriverNode driver) => driver.Entry is not null
        && Objects.Objects.TryGetValue(ObjectKeys.Record(Settings.Run, RecordKeys.JournalAt(driver.Position.Next)), out var content)
        && RecordEnvelope.TryUnwrap(content, out var value) && value.Span.SequenceEqual(driver.Entry);

    // The product keeps the start of an attempt and its cancellation in order.
    private static bool MayBeDone(DriverNode driver, Act act) =>
        act.Effect is not CancelEffect cancel || !driver.Acts.Any(other => other.Effect is StartEffect start && start.Attempt == cancel.Attempt);

    private IEnumerable<Step> TakeOverSteps(DriverNode driver)
    {
        switch (driver.Stage)
        {
            case DriverStage.Reading:
                yield return new Step("reads the journal", () => Change(next =>
                {
                    var state = driver.State.Clone();
                    var journal = next.WithJournal(driver, j => j.ReadToEndAsync(state, CancellationToken.None));
                    next.Set(driver, state.Finished is null
                        ? new DriverNode(driver.Number, driver.Nonce, state) { Stage = DriverStage.Opening, Position = journal }
                        : null);
                }));
                break;
            case DriverStage.Opening:
                yield return new Step("opens the journal", () => Change(next => next.Open(driver, answerLost: false)));
                if (Left.LostAnswers > 0)
                {
                    yield return LoseAnswer("opens the journal, and the answer is lost", next => next.Open(driver, answerLost: true));
                }

                if (Left.LateWrites > 0 && driver.Position.Next == Entries)
                {
                    yield return GiveUp("opens the journal, and gives up", next => next.GiveEntryUp(driver, journal => journal.TryOpenAsync(Settings.Now, CancellationToken.None)));
                }

                break;
            case DriverStage.Listing:
                yield return new Step("looks for attempts", () => Change(next => next.LookForAttempts(driver)));
                break;
            default:
                yield return new Step("looks for commits and seals", () => Change(next => next.LookForCommits(driver, hidden: null)));
                foreach (var key in Left.OldListings > 0 ? Objects.Objects.Keys.Where(MayBeHidden) : [])
                {
                    yield return Fault(
                        $"looks for commits and seals in listings that are older than {key}",
                        left => left with { OldListings = left.OldListings - 1 },
                        next => next.LookForCommits(driver, key));
                }

                break;
        }
    }

    private void Open(DriverNode driver, bool answerLost)
    {
        var opened = false;
        var before = Objects;
        var position = WithJournal(driver, async journal => opened = await journal.TryOpenAsync(Settings.Now, CancellationToken.None));
        if (!ReferenceEquals(before, Objects))
        {
            LatestEpoch = Entries++;
        }

        if (answerLost)
        {
            return;
        }

        if (!opened)
        {
            Set(driver, driver with { Stage = DriverStage.Reading });
            return;
        }

        var observing = driver with { Stage = DriverStage.Listing, Position = position };
        Set(driver, Ended.Aggregate(observing, (node, ended) => Observe(node, ended.Key, ended.Value)));
    }

    private void LookForAttempts(DriverNode driver)
    {
        ImmutableArray<AttemptRef> existing = [.. Attempts.Select(node => node.Attempt).Concat(Ended.Keys).Distinct()];
        var stood = driver.Stood;
        for (var task = 0; task < _settings.Graph.TaskCount; task++)
        {
            for (var index = 0; index < driver.State.Instances(task); index++)
            {
                if (driver.State.Instance(task, index).Phase == InstancePhase.Launched && !existing.Contains(driver.State.LatestAttempt(task, index)))
                {
                    stood = MarkIfCommitted(stood, driver.State.LatestAttempt(task, index));
                }
            }
        }

        var listed = driver with { Existing = existing, Stood = stood, Stage = DriverStage.Finding };
        if (_settings.Broken == BrokenRule.ListCommitsFirst)
        {
            Set(driver, BringToLife(listed));
            return;
        }

        Set(driver, listed);
    }

    private static bool MayBeHidden(string key) =>
        key.Contains("/commits/", StringComparison.Ordinal) || key.Contains("/seals/", StringComparison.Ordinal);

    private void LookForCommits(DriverNode driver, string? hidden)
    {
        var winners = Call(records => new TakeOver(records, Settings.Run, driver.State).FindCommitsAsync(CancellationToken.None), hidden: hidden);
        Promise(winners.Damaged.Count == 0, "a commit is damaged");
        var found = driver with
        {
            Winners = [.. winners.Winners],

            // What it was not shown it could not know of.
            Stood = [.. driver.Stood.Where(instance => CommitKey(instance.Task, instance.Index, instance.Generation) != hidden)],
        };
        Set(driver, BringToLife(found, hidden));
    }

    private DriverNode BringToLife(DriverNode driver, string? hidden = null)
    {
        var state = driver.State.Clone();
        var seals = Call(records => new TakeOver(records, Settings.Run, state).FindSealsAsync(CancellationToken.None), hidden: hidden);
        var scheduler = new Scheduler(state, _settings.Definitions, _settings.Options, driver.Position.Epoch);
        scheduler.Restore(new RestoredWorld { Existing = driver.Existing, Commits = driver.Winners, Seals = seals }, Settings.Now);
        var live = driver with { Stage = DriverStage.Live, Core = new DriverCore(scheduler), State = state, Existing = [], Winners = [] };
        return Decide(live, live.Core);
    }

    private IEnumerable<Step> LiveSteps(DriverNode driver)
    {
        if (driver.Entry is not null)
        {
            yield return new Step($"appends {string.Join(", ", driver.Decisions)}", () => Change(next => next.Append(driver, answerLost: false)));
            if (Left.LostAnswers > 0)
            {
                yield return LoseAnswer("appends, and the answer is lost", next => next.Append(driver, answerLost: true));
            }

            if (Left.LateWrites > 0 && driver.Position.Next == Entries)
            {
                yield return GiveUp("appends, and gives up", next => next.GiveEntryUp(driver, journal => journal.AppendAsync(driver.Entry, CancellationToken.None)));
            }

            if (Left.Crashes > 0 && driver.AfterEntry.Any(act => act.Effect is ReleaseEffect))
            {
                yield return Crash($"driver {driver.Nonce} appends and crashes", next =>
                {
                    next.Append(driver, answerLost: true);
                    next.Set(driver, null);
                });
            }
        }
        else
        {
            foreach (var news in driver.Inbox.DistinctBy(news => news.Name))
            {
                yield return new Step($"learns: {news.Name}", () => Change(next =>
                {
                    var core = driver.Core!.Clone();
                    news.Tell(core);
                    var stood = news.Gone is { } gone && driver.State.IsUnderWay(gone) ? MarkIfCommitted(driver.Stood, gone) : driver.Stood;
                    next.Set(driver, next.Decide(driver with { Inbox = driver.Inbox.Remove(news), Stood = stood }, core));
                }));
            }
        }

        foreach (var act in driver.Acts.Where(act => MayBeDone(driver, act)))
        {
            yield return new Step($"does: {act.Text}", () => Change(next => next.Do(driver, act)));
            if (act.Effect is SealEffect && Left.LostAnswers > 0)
            {
                yield return LoseAnswer($"does, and the answer is lost: {act.Text}", next => next.Seal(act));
            }

            if (act.Effect is SealEffect late && Left.LateWrites > 0 && !Objects.Contains(SealKey(late.Generation)) && SealOf(act) is { } content)
            {
                yield return GiveUp($"does, and gives up: {act.Text}", next => next.Late = Late.Add(new LateWrite(SealKey(late.Generation), content)));
            }
        }
    }

    private DriverNode Decide(DriverNode driver, DriverCore core)
    {
        var round = core.Decide(Settings.Now);
        var acts = round.Effects.Select(effect => new Act(
            effect,
            effect is StartEffect { Attempt.Task: 1 } ? core.State.SealGenerationsOf(1)[0] : 0,
            effect is SealEffect or SliceEffect ? [.. core.State.GenerationsOf(0)] : [])
        {
            Slice = effect is StartEffect { Attempt: { Task: 1 } reader } ? core.State.SliceOf(1, reader.Index) : null,
        }).ToImmutableList();
        var next = driver with { Core = core, State = core.State };
        if (round.Decisions.Count == 0)
        {
            return Begin(next, acts);
        }

        var early = acts.Where(act => _settings.Broken switch
        {
            BrokenRule.LaunchBeforeJournal => act.Effect is not ReleaseEffect,
            BrokenRule.ReleaseBeforeJournal => act.Effect is ReleaseEffect,
            _ => !act.Effect.WaitsForDecisions,
        }).ToImmutableList();
        return Begin(next, early) with
        {
            Decisions = [.. round.Decisions],
            Entry = JournalOf(driver).Encode(round.Decisions, Settings.Now).ToArray(),
            AfterEntry = acts.RemoveRange(early),
        };
    }

    // The product releases while it begins what else there is to do. An order of these against each other says nothing new.
    private DriverNode Begin(DriverNode driver, ImmutableList<Act> acts)
    {
        foreach (var release in acts.Select(act => act.Effect).OfType<ReleaseEffect>())
        {
            CheckReleased(release.Attempt);
            Ended = Ended.Remove(release.Attempt);
        }

        return driver with { Acts = driver.Acts.AddRange(acts.Where(act => act.Effect is not ReleaseEffect)) };
    }

    private void Append(DriverNode driver, bool answerLost)
    {
        var before = Objects;
        try
        {
            var position = WithJournal(driver, journal => journal.AppendAsync(driver.Entry, CancellationToken.None));
            if (!ReferenceEquals(before, Objects))
            {
                Entries++;
                TakeIn(driver);
            }

            if (answerLost)
            {
                return;
            }

            var next = Begin(driver, driver.AfterEntry) with { Position = position, Entry = null, Decisions = [], AfterEntry = [] };
            if (next.State.Finished is not null)
            {
                CheckNothingLeft(next);
            }

            Set(driver, IsOver(next) ? null : next);
        }
        catch (FencedException)
        {
            Objects = before;
            Set(driver, _settings.Broken == BrokenRule.IgnoreFencing
                ? driver with
                {
                    Position = driver.Position with { Next = driver.Position.Next + 1 },
                    Entry = JournalOf(driver with { Position = driver.Position with { Next = driver.Position.Next + 1 } })
                        .Encode(driver.Decisions, Settings.Now).ToArray(),
                }
                : null);
        }
    }

    private void TakeIn(DriverNode driver)
    {
        var fold = Fold.Clone();
        foreach (var decision in driver.Decisions)
        {
            if (decision is LaunchDecision { Attempt: var attempt })
            {
                Promise(!Launched.Contains(attempt), $"the attempt number of {attempt} is given out twice");
                Promise(
                    !driver.Stood.Contains((attempt.Task, attempt.Index, attempt.Generation)),
                    $"promise 4: {attempt} is launched by a driver that could have seen the commit of its generation");
                Promise(attempt.Task == 0 || fold.IsCounted(1), $"{attempt} is launched before the journal says which slices there are");
                Launched = Launched.Add(attempt);
            }

            if (decision is OutcomeDecision outcome)
            {
                Outcomes = Outcomes.Add(outcome.Attempt);
            }

            fold.Apply(decision, driver.Position.Epoch);
            if (decision is FinishDecision finish)
            {
                CheckEnd(finish.Outcome, fold);
            }
        }

        Fold = fold;
    }

    private void Do(DriverNode driver, Act act)
    {
        var after = driver with { Acts = driver.Acts.Remove(act) };
        switch (act.Effect)
        {
            case StartEffect start:
                Promise(!Started.Contains(start.Attempt), $"{start.Attempt} is started twice");
                Promise(start.Attempt.Task == 0 || Fold.SliceOf(1, start.Attempt.Index) == act.Slice, $"{start.Attempt} reads another slice than the journal says");
                Started = Started.Add(start.Attempt);
                Attempts = Attempts.Add(new AttemptNode(start.Attempt, "a") { SealGeneration = act.SealGeneration, Slice = act.Slice });
                after = Tell(after, $"{Text(start.Attempt)} was accepted", core => core.LaunchAccepted(start.Attempt));
                break;
            case CancelEffect cancel:
                Attempts = [.. Attempts.Select(node => node.Attempt == cancel.Attempt ? node with { CancelAsked = true } : node)];
                break;
            case SealEffect seal:
                after = Seal(act)
                    ? Tell(after, $"{seal} stands", core => core.SealWritten(seal))
                    : Tell(after, $"{seal} lacks a commit", core => core.SealLacksCommit(seal, "lacks a commit"));
                break;
            case SliceEffect slice:
                var source = _settings.Graph.SplitOf(slice.Task)!;
                var chosen = Call(records => new SliceReader(records, Settings.Run).ReadAsync(source, slice.SealGeneration, act.Generations, CancellationToken.None));
                after = Tell(after, $"{slice} come to {chosen.Choice?.Instances}, {chosen.Lost.Count} lost", core => core.Sliced(slice, chosen));
                break;
            case ReadCommitEffect read:
                var name = new InstanceId(_settings.Plan.Tasks[read.Attempt.Task].Name, read.Attempt.Index);
                var found = Call(records => CommitReader.ReadAsync(records, Settings.Run, name, read.Attempt.Generation, CancellationToken.None));
                after = Tell(
                    after,
                    $"the end of {Text(read.Attempt)} ({read.Facts.ExitCode}), commit by {found.Commit?.Writer.ToString() ?? "nobody"}",
                    core => core.CommitRead(read.Attempt, read.Facts, found, Settings.Now),
                    read.Attempt);
                break;
            default:
                var losses = Verify();
                after = Tell(after, $"the losses {string.Join(", ", losses.Select(Text))}", core => core.Verified(losses, Settings.Now));
                break;
        }

        Set(driver, IsOver(after) ? null : after);
    }

    /// <summary>A driver gives an entry up: it will try again, with the same bytes, and knows nothing of whether it stands.</summary>
    private void GiveEntryUp(DriverNode driver, Func<Journal, Task> write)
    {
        try
        {
            Call(
                async records =>
                {
                    await write(JournalOf(driver, records));
                    return true;
                },
                givesUpAfter: 0,
                driver: driver);
        }
        catch (ShuffleException failure) when (failure.Error == ShuffleError.Unavailable)
        {
            // It stays as it was.
        }
    }

    private bool Seal(Act act)
    {
        var seal = (SealEffect)act.Effect;
        var content = SealOf(act);
        if (content is not null && !Objects.Contains(SealKey(seal.Generation)))
        {
            Objects = Objects.With(SealKey(seal.Generation), content);
        }

        return content is not null;
    }

    /// <summary>The seal as it would be made, or as it stands; null if a commit is missing.</summary>
    private byte[]? SealOf(Act act)
    {
        var seal = (SealEffect)act.Effect;
        var request = new SealRequest(new SealId(Settings.Run, new OutputId("p", "out"), seal.Generation), seal.Epoch, 1, act.Generations);
        return Seals.GetOrAdd((Objects.DataHash, seal, string.Join(',', act.Generations)), _ =>
        {
            try
            {
                var sealing = Change(_ => { });
                CheckSeal(sealing.Call(records => records.SealAsync(request, CancellationToken.None)));
                return sealing.Objects.Objects[SealKey(seal.Generation)];
            }
            catch (ShuffleException failure) when (failure.Error == ShuffleError.NotFound)
            {
                return null;
            }
        });
    }

    private IReadOnlyList<AttemptRef> Verify()
    {
        var report = Reports.GetOrAdd(Objects.DataHash, _ => Call(records => records.VerifyAsync(Settings.Run, CancellationToken.None)));
        return [.. report.Losses.Select(loss => new AttemptRef(loss.Instance.Task == "p" ? 0 : 1, loss.Instance.Index, loss.Generation, 0))];
    }

    private static DriverNode Observe(DriverNode driver, AttemptRef attempt, AttemptFacts facts)
    {
        var news = new News(
            $"{Text(attempt)} ended {Text(facts)}",
            core => core.Observed(attempt, ObservedPhase.Ended, facts, Settings.Now));
        return driver with { Inbox = driver.Inbox.Add(news with { Gone = attempt, About = attempt }) };
    }

    private ImmutableHashSet<(int, int, int)> MarkIfCommitted(ImmutableHashSet<(int, int, int)> stood, AttemptRef attempt) =>
        Objects.Contains(CommitKey(attempt.Task, attempt.Index, attempt.Generation))
            ? stood.Add((attempt.Task, attempt.Index, attempt.Generation))
            : stood;

    private string CommitKey(int task, int index, int generation) => ObjectKeys.Record(
        Settings.Run, RecordKeys.Commit(new InstanceId(_settings.Plan.Tasks[task].Name, index), generation));

    private static DriverNode Tell(DriverNode driver, string name, Action<DriverCore> tell, AttemptRef? about = null) =>
        driver with { Inbox = driver.Inbox.Add(new News(name, tell) { About = about }) };

    private static bool IsOver(DriverNode driver) => driver is { Entry: null, Acts.Count: 0, State.Finished: not null };

    private Journal JournalOf(DriverNode driver, IRunRecords? records = null) =>
        new(records ?? NoRecords, Settings.Run, _settings.Graph, driver.Nonce, position: driver.Position);

    private JournalPosition WithJournal(DriverNode driver, Func<Journal, Task> use) => Call(async records =>
    {
        var journal = JournalOf(driver, records);
        await use(journal);
        return journal.Position;
    });

    private static readonly WorldRecords NoRecords = new(new WorldObjects(ObjectMap.Empty));
}
