using Executor.Sizing.Experts;
using Executor.Sizing.History;
using Executor.Sizing.References;
using Xunit;

namespace Executor.Tests.Sizing;

public sealed class ExpertTests
{
    [Fact]
    public void A_line_a_power_and_neighbours_are_found()
    {
        var (line, power) = (new ClassHistory(), new ClassHistory());
        for (var i = 1; i <= 50; i++)
        {
            line.Add(new Observation(i * 1e6, 1e8 + (30 * i * 1e6), 10));
            power.Add(new Observation(i * 1e6, 5e4 * Math.Pow(i * 1e6, 0.5), 10));
        }

        Assert.Equal(1e8 + (30 * 200e6), new LinearExpert().Guess(line, 200e6)!.Value, 1e3);
        Assert.Equal(5e4 * Math.Sqrt(200e6), new PowerExpert().Guess(power, 200e6)!.Value, 1e3);

        // A tenth of 50 are 5: 18 to 22.
        Assert.Equal(1e8 + (30 * 22e6), new NeighboursExpert().Guess(line, 20e6)!.Value, 1);
        Assert.Null(new LinearExpert().Guess(line, null));
        Assert.Null(new PowerExpert().Guess(new ClassHistory(), 1));
        Assert.Null(new NeighboursExpert().Guess(new ClassHistory(), 1));
    }

    [Fact]
    public void What_is_forgotten_leaves_no_trace_in_the_sums()
    {
        var random = new Random(4);
        var history = new ClassHistory();
        for (var i = 0; i < 3 * ClassHistory.Capacity; i++)
        {
            history.Add(new Observation(random.NextDouble() * 1e12, 1e3 + (random.NextDouble() * 1e11), 1 + (random.NextDouble() * 1e5)));
        }

        var fresh = new ClassHistory();
        foreach (var kept in history.Kept)
        {
            fresh.Add(kept);
        }

        Assert.Equal(ClassHistory.Capacity, history.Kept.Count);
        Assert.Equal(3 * ClassHistory.Capacity, history.Seen);
        Near(fresh.MaxPeak, history.MaxPeak);
        Near(fresh.MinPeak, history.MinPeak);
        Near(fresh.MeanPeak, history.MeanPeak);
        Near(fresh.TotalSeconds, history.TotalSeconds);
        Near(fresh.InputPeak.Line(5e11), history.InputPeak.Line(5e11));
        Near(fresh.LogInputPeak.SquaresX, history.LogInputPeak.SquaresX);
        Assert.Equal(fresh.ByInput.Select(seen => seen.Input), history.ByInput.Select(seen => seen.Input));

        static void Near(double expected, double found) => Assert.Equal(expected, found, Math.Abs(expected) * 1e-6);
    }

    [Fact]
    public void Equal_inputs_are_forgotten_oldest_first()
    {
        var history = new ClassHistory();
        for (var i = 0; i < ClassHistory.Capacity + 1; i++)
        {
            history.Add(new Observation(5, 1000 + i, 1));
        }

        Assert.Equal(1001, history.ByInput.Min(seen => seen.Peak));
        Assert.Equal(1001, history.MinPeak);
    }

    [Fact]
    public void The_factor_is_larger_the_more_guesses_err_and_shrinks_as_they_become_many()
    {
        double Factor(double error, int count)
        {
            var random = new Random(6);
            var safety = new SafetyFactor();
            for (var i = 0; i < count; i++)
            {
                safety.Add(1e9, 1e9 * Math.Exp(error * ((2 * random.NextDouble()) - 1)), 600, i + 1);
            }

            return safety.Choose(1.2e9, count);
        }

        Assert.InRange(Factor(0, 300), 1, 1.02);
        Assert.InRange(Factor(0.3, 300), 1.25, 1.6);
        Assert.True(Factor(0.3, 300) > Factor(0.1, 300));
        Assert.True(Factor(0, 3) > Factor(0, 300));
    }

    [Fact]
    public void Where_room_is_dear_the_few_that_need_much_are_left_to_fail()
    {
        // One of fifty needs ten times as much, and each runs for a day.
        var safety = new SafetyFactor();
        for (var i = 0; i < 300; i++)
        {
            safety.Add(1e9, i % 50 == 7 ? 1e10 : 1e9, 86_400, 300);
        }

        Assert.InRange(safety.Choose(1e10, 300), 1, 1.5);
    }

    [Fact]
    public void Witts_percentile_lies_between_two_peaks()
    {
        var witt = new WittPercentile();
        Assert.Null(witt.Predict());
        witt.Add(300);
        Assert.Equal(300, witt.Predict());
        witt.Add(100);
        witt.Add(200);
        Assert.Equal(290, witt.Predict()!.Value, 1e-9);
    }

    [Fact]
    public void Ponder_leaves_the_request_until_it_knows_five_or_a_larger_input()
    {
        const double Offset = 128 * 1024 * 1024;
        var ponder = new PonderPredictor();
        Assert.Null(ponder.Predict(10));
        ponder.Add(100, 1e9);
        Assert.Null(ponder.Predict(100));
        Assert.Equal(1e9 + Offset, ponder.Predict(99));
        for (var i = 1; i <= 4; i++)
        {
            ponder.Add(100, 1e9);
        }

        // Nothing to correlate with.
        Assert.Equal(1e9 + Offset, ponder.Predict(500));
    }

    [Fact]
    public void Ponders_line_lies_near_the_upper_points()
    {
        // Of two points at each input the upper counts 50 times as much: the line is the mean of both by these weights.
        const double Offset = 128 * 1024 * 1024;
        var ponder = new PonderPredictor();
        for (var i = 1; i <= 10; i++)
        {
            ponder.Add(i, i * 1e6);
            ponder.Add(i, (i * 1e6) + 1e5);
        }

        Assert.Equal(5e6 + (1e5 / 1.02) + Offset, ponder.Predict(5)!.Value, 1);
    }
}
