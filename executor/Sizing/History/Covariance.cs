namespace Executor.Sizing.History;

/// <summary>
/// The means of pairs and the sums of squares around them, kept as pairs come and go (Welford's method: no large sums that cancel). What
/// linear regression needs.
/// </summary>
internal sealed class Covariance
{
    /// <summary>The pairs.</summary>
    public int Count { get; private set; }

    /// <summary>The mean of the first numbers.</summary>
    public double MeanX { get; private set; }

    /// <summary>The mean of the second numbers.</summary>
    public double MeanY { get; private set; }

    /// <summary>The sum of squared distances of the first numbers from their mean.</summary>
    public double SquaresX { get; private set; }

    /// <summary>The sum of squared distances of the second numbers from their mean.</summary>
    public double SquaresY { get; private set; }

    /// <summary>The sum of products of both distances.</summary>
    public double Products { get; private set; }

    /// <summary>The share of the second numbers' variance that a rising line explains, from 0 to 1 (r squared); 0 if they fall, or if either are all the same.</summary>
    public double Explained => Products > 0 && SquaresX > 0 && SquaresY > 0 ? Math.Min(1, Products / SquaresX * (Products / SquaresY)) : 0;

    /// <summary>Takes a pair in.</summary>
    public void Add(double x, double y) => Change(x, y, 1);

    /// <summary>Takes a pair out that was taken in before.</summary>
    public void Remove(double x, double y) => Change(x, y, -1);

    /// <summary>The second number that the least-squares line has at <paramref name="x"/>; their mean where the first numbers are all the same.</summary>
    public double Line(double x) => SquaresX > 1e-9 * Math.Max(1, MeanX * MeanX) ? MeanY + (Products / SquaresX * (x - MeanX)) : MeanY;

    /// <summary>
    /// The slope, from 0 to 1, drawn to <paramref name="prior"/> as if pairs with a sum of squares of <paramref name="weight"/> had shown that.
    /// </summary>
    public double Slope(double prior, double weight) => Math.Clamp(((prior * weight) + Products) / (weight + SquaresX), 0, 1);

    private void Change(double x, double y, int sign)
    {
        Count += sign;
        if (Count == 0)
        {
            (MeanX, MeanY, SquaresX, SquaresY, Products) = (0, 0, 0, 0, 0);
            return;
        }

        var (dx, dy) = (x - MeanX, y - MeanY);
        MeanX += sign * dx / Count;
        MeanY += sign * dy / Count;
        SquaresX = Math.Max(0, SquaresX + (sign * dx * (x - MeanX)));
        SquaresY = Math.Max(0, SquaresY + (sign * dy * (y - MeanY)));
        Products += sign * dx * (y - MeanY);
    }
}
