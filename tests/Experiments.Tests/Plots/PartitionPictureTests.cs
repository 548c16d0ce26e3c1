using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Kinds;
using Compression.Training.Lm1b;

namespace Compression.Experiments.Tests.Plots;

public sealed class PartitionPictureTests
{
    private static readonly PartitionSearchResult s_result =
        PartitionSearch.Run(partitions => (0.5 / partitions) + (0.001 * (partitions - 1)) + 0.1, 8);

    [Fact]
    public void It_holds_the_points_the_curve_and_the_choice()
    {
        var rows = PartitionPicture.Compose(s_result, "Caption.").Data.Rows;
        Assert.Equal(s_result.Points.Select(point => (double)point.Partitions), rows.Where(row => row[0] is 1).Select(row => (double)row[2]));
        Assert.Equal(22.0, Assert.Single(rows, row => row[0] is 2)[2]);
        (double Partitions, double Milliseconds)[] curve = [.. rows.Where(row => row[0] is 0).Select(row => ((double)row[2], (double)row[3]))];
        Assert.Equal(s_result.Points[0].Partitions, curve[0].Partitions);
        Assert.Equal(Math.Max(s_result.Points[^1].Partitions, s_result.Best), curve[^1].Partitions, 1e-9);
        Assert.True(curve.Length > s_result.Points.Length, $"a curve of {curve.Length} points");
        Assert.All(curve, point => Assert.Equal(1e3 * s_result.Fitted(point.Partitions), point.Milliseconds));
    }

    [Fact]
    public void It_is_drawn()
    {
        using var sandbox = new Sandbox();
        PictureFiles.Write(PartitionPicture.Compose(s_result, "Caption."), sandbox.At("plots"));
        Assert.True(new FileInfo(sandbox.At("plots", "partitions.png")).Length > 5000);
    }
}
