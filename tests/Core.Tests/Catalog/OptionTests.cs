using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Core.Tests.Catalog;

public sealed class OptionTests
{
    public enum Colour
    {
        Red,
        DarkBlue,
    }

    [Theory]
    [InlineData("ratio", "0.25")]
    [InlineData("ratio", "1")]
    [InlineData("ratio", "1e-7")]
    [InlineData("count", "17")]
    [InlineData("count", "1e3")]
    [InlineData("seed", "9007199254740993")]
    [InlineData("seed", "9223372036854775807")]
    [InlineData("flag", "TRUE")]
    [InlineData("name", "")]
    [InlineData("kind", "b")]
    [InlineData("colour", "dark_blue")]
    public void A_valid_value_is_taken(string name, string text)
    {
        var options = (Options)OptionSchema.Of(typeof(Options)).Bind([KeyValuePair.Create(name, text)], Shown);
        var descriptor = OptionSchema.Of(typeof(Options)).Options.Single(option => option.Name == name);
        string written = OptionText.Format(descriptor.Get(options));
        var again = (Options)OptionSchema.Of(typeof(Options)).Bind([KeyValuePair.Create(name, written)], Shown);
        Assert.Equal(options, again);
        if (text == "9007199254740993")
        {
            Assert.Equal(9007199254740993, options.Seed);
        }
    }

    [Theory]
    [InlineData("ratio", "0", "above 0")]
    [InlineData("ratio", "-1", "above 0")]
    [InlineData("ratio", "1.5", "the nearest is 1")]
    [InlineData("ratio", "NaN", "a number")]
    [InlineData("ratio", "Infinity", "at most 1")]
    [InlineData("ratio", "abc", "a number")]
    [InlineData("ratio", "", "a number")]
    [InlineData("ratio", "0,5", "a number")]
    [InlineData("count", "0", "the nearest is 1")]
    [InlineData("count", "2.5", "a whole number")]
    [InlineData("count", "99999999999", "the nearest is 2147483647")]
    [InlineData("count", "1e300", "the nearest is 2147483647")]
    [InlineData("count", "1e-300", "a whole number")]
    [InlineData("seed", "9223372036854775808", "the nearest is 9223372036854775807")]
    [InlineData("seed", "1e300", "the nearest is 9223372036854775807")]
    [InlineData("seed", "-1e300", "the nearest is 0")]
    [InlineData("seed", "9007199254740993.5", "the nearest is 9007199254740994")]
    [InlineData("flag", "maybe", "true|false")]
    [InlineData("kind", "c", "a|b")]
    [InlineData("colour", "darkblue", "the nearest is dark_blue")]
    [InlineData("colour", "1", "red|dark_blue")]
    [InlineData("raito", "1", "the nearest is ratio")]
    public void An_invalid_value_names_the_option_and_the_cure(string name, string text, string cure)
    {
        var failure = Assert.Throws<UserErrorException>(() => OptionSchema.Of(typeof(Options)).Bind([KeyValuePair.Create(name, text)], Shown));
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains($"--{name}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(cure, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("topk", "topk()")]
    [InlineData("topk(ratio=0.1)+sign", "topk(ratio=0.1) sign()")]
    [InlineData(" topk ( ratio = 1e+0 ) + sign ", "topk(ratio=1e+0) sign()")]
    [InlineData("a(x=1,y=2)", "a(x=1,y=2)")]
    public void Compositions_are_read(string text, string terms) => Assert.Equal(terms, string.Join(
        ' ', AlgorithmTerm.Parse(text, "--compressor").Select(term => $"{term.Name}({string.Join(",", term.Arguments.Select(pair => $"{pair.Key}={pair.Value}"))})")));

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("topk+")]
    [InlineData("topk(")]
    [InlineData("topk)")]
    [InlineData("topk(ratio)")]
    [InlineData("topk(=1)")]
    [InlineData("topk(ratio=1,ratio=2)")]
    [InlineData("topk(ratio=1)x")]
    [InlineData("topk((ratio=1))")]
    public void Unreadable_compositions_are_refused(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => AlgorithmTerm.Parse(text, "--compressor")).Code);

    private static string Shown(string name) => $"--{name}";

    public sealed record Options
    {
        [Option("ratio", "", Min = 0, MinExclusive = true, Max = 1)]
        public double Ratio { get; init; } = 0.01;

        [Option("count", "", Min = 1)]
        public int Count { get; init; } = 3;

        [Option("seed", "", Min = 0)]
        public long Seed { get; init; }

        [Option("flag", "")]
        public bool Flag { get; init; }

        [Option("name", "")]
        public string Name { get; init; } = "x";

        [Option("kind", "", Choices = "a|b")]
        public string Kind { get; init; } = "a";

        [Option("colour", "")]
        public Colour Colour { get; init; }
    }
}
