using Compression.Core.Catalog;
using Compression.Training.Lm1b;
using Compression.Training.ModelParallel;
using Compression.Training.Ptb;
using Compression.Training.TransformerXl;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>No option of a trainer is ignored in silence: it acts, is refused by name, or is named in a warning. A new option is under test by its declaration.</summary>
public sealed class TrainerOptionsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("train", typeof(PtbOptions))]
    [InlineData("lm1b", typeof(Lm1bOptions))]
    [InlineData("transformer-xl", typeof(TransformerXlOptions))]
    [InlineData("model-parallel", typeof(ModelParallelOptions))]
    public void Every_option_acts_or_is_named(string verb, Type record)
    {
        var options = OptionSchema.Of(record).Options;
        var plain = OptionRun.Parse(OptionFiles.Bases[verb]);
        Assert.Equal(0, plain.Trace().Code);
        string TextOf(OptionRun run, string name) => run.Options.GetValueOrDefault(name) ?? OptionText.Format(options.Single(option => option.Name == name).Default);
        string ValueOf(OptionRun run, OptionDescriptor option) => OptionCases.Of(verb, option.Name).Value ?? OtherValue.Of(option, TextOf(run, option.Name), record);
        string Met(OptionNeed need) => need.Excludes ? ValueOf(plain, options.Single(option => option.Name == need.Name)) : need.Values[0];

        string Unmet(OptionNeed need)
        {
            var other = options.Single(option => option.Name == need.Name);
            string standard = OptionText.Format(other.Default);
            return !need.IsMetBy(standard) ? standard : need.Excludes ? need.Values[0] : OtherValue.Of(other, need.Values[0], record);
        }

        int runs = 0;
        var failures = new List<string>();
        foreach (var option in options)
        {
            var known = OptionCases.Of(verb, option.Name);
            Effect EffectOn(OptionRun run)
            {
                runs++;
                string value = ValueOf(run, option);
                var effect = Effects.Of(option.Name, run.Trace(value), run.With(option.Name, value).Trace(value));
                output.WriteLine($"{string.Join(' ', run.Options.Except(plain.Options).Select(pair => $"--{pair.Key} {pair.Value}"))} --{option.Name} {value}: {effect}");
                return known.Demand?.Invoke(run.With(option.Name, value).Trace(value)) == true ? Effect.Acts : effect;
            }

            if (known.When is null && EffectOn(plain.With(known.Elsewhere is null ? [] : known.Companions)) == Effect.Silent)
            {
                failures.Add($"--{option.Name} {ValueOf(plain, option)} is ignored in silence");
            }

            var companions = known.Elsewhere is not null ? [] : option.Needs.Take(1).Select(need => KeyValuePair.Create(need.Name, Met(need))).Concat(known.Companions)
                .Where(pair => options.Any(other => other.Name == pair.Key));
            var able = plain.With(companions);
            if (known.Elsewhere is null && EffectOn(able) is not Effect.Acts and var effect && !(effect == Effect.Refused && option.Choices.Count == 1))
            {
                failures.Add($"--{option.Name} never acts, but is {effect}, beside {string.Join(' ', companions.Select(pair => $"--{pair.Key} {pair.Value}"))}");
            }

            if (option.Needs.Any(need => need.IsMetBy(TextOf(able, need.Name))) && EffectOn(able.With(option.Needs.Select(need => KeyValuePair.Create(need.Name, Unmet(need))))) is not (Effect.Noted or Effect.Refused))
            {
                failures.Add($"--{option.Name}: no warning where it cannot act");
            }
        }

        output.WriteLine($"{options.Count} options of {verb}, {runs} comparisons");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
