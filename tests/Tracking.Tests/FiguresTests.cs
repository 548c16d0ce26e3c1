using Compression.Tracking.Display;

namespace Compression.Tracking.Tests;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(9999, "9999")]
    [InlineData(10000, "10,000")]
    [InlineData(-12345, "-12,345")]
    [InlineData(long.MinValue, "-9,223,372,036,854,775,808")]
    public void Counts(long value, string text) => Assert.Equal(text, Figures.Count(value));

    [Theory]
    [InlineData(0.0, "0.000")]
    [InlineData(6.2099, "6.210")]
    [InlineData(9.99951, "10.00")]
    [InlineData(49.712, "49.71")]
    [InlineData(497.12, "497.1")]
    [InlineData(9999.4, "9999.4")]
    [InlineData(9999.6, "10,000")]
    [InlineData(123456.7, "123,457")]
    [InlineData(1e300, "1.000e+300")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "infinite")]
    [InlineData(double.NegativeInfinity, "-infinite")]
    public void Numbers(double value, string text) => Assert.Equal(text, Figures.Number(value));

    [Theory]
    [InlineData(0.0, "-")]
    [InlineData(0.251, "0.25x")]
    [InlineData(1.0, "1.00x")]
    [InlineData(12.34, "12.3x")]
    [InlineData(612.3, "612x")]
    [InlineData(12345.6, "12,346x")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    public void Ratios(double value, string text) => Assert.Equal(text, Figures.Ratio(value));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(9999, "9999 B")]
    [InlineData(10000, "10.0 kB")]
    [InlineData(87_686_400, "87.7 MB")]
    [InlineData(999_960_000, "1.0 GB")]
    [InlineData(1e19, "10000.0 PB")]
    [InlineData(double.NaN, "-")]
    public void Sizes(double value, string text) => Assert.Equal(text, Figures.Bytes(value));

    [Theory]
    [InlineData(0.314, "0.31s")]
    [InlineData(45.04, "45.0s")]
    [InlineData(59.96, "1m00s")]
    [InlineData(192.4, "3m12s")]
    [InlineData(3599.6, "1h00m")]
    [InlineData(11520, "3h12m")]
    [InlineData(187_200, "2d04h")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    public void Durations(double seconds, string text) => Assert.Equal(text, Figures.Duration(seconds));
}
