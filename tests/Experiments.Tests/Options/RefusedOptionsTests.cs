using Compression.Core.Catalog;

namespace Compression.Experiments.Tests.Options;

/// <summary>The help of a trainer shows no option that it always refuses, and every one that it does not.</summary>
public sealed class RefusedOptionsTests
{
    // Refused by this machine or this process, and not by the trainer.
    private static readonly string[] s_ofTheMachine = ["use_gpu", "hostfile", "resource_info_file", "resume", "dataset", "num_workers"];

    public static TheoryData<string, Type> Trainers => new()
    {
        { "train", typeof(Training.Ptb.PtbOptions) }, { "lm1b", typeof(Training.Lm1b.Lm1bOptions) },
        { "transformer-xl", typeof(Training.TransformerXl.TransformerXlOptions) }, { "model-parallel", typeof(Training.ModelParallel.ModelParallelOptions) },
    };

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Help_and_refusals_agree(string verb, Type record)
    {
        using var sandbox = new Sandbox();
        string help = sandbox.Run($"{verb} --help").Output;
        var trainer = VerbList.Trainers().Single(candidate => candidate.Name == verb);
        var plain = OptionRun.Parse(OptionFiles.Bases[verb]);
        foreach (var option in OptionSchema.Of(record).Options)
        {
            bool isShown = help.Split('\n').Any(line => $"{line} ".StartsWith($"  --{option.Name} ", StringComparison.Ordinal));
            Assert.Equal(!trainer.Options.Single(other => other.Name == option.Name).IsRefused, isShown);
            var known = OptionCases.Of(verb, option.Name);
            string now = plain.Options.GetValueOrDefault(option.Name) ?? OptionText.Format(option.Default);
            string[] values = option.Choices.Count > 0 ? [.. option.Choices.Where(choice => choice != now)] : [known.Value ?? OtherValue.Of(option, now, record)];
            if (values.Length == 0 || (isShown && (known.Elsewhere is not null || s_ofTheMachine.Contains(option.Name))))
            {
                continue;
            }

            var able = plain.With(known.Companions.Concat(option.Needs.Take(1).Where(need => !need.Excludes).Select(need => KeyValuePair.Create(need.Name, need.Values[0])))
                .Where(pair => OptionSchema.Of(record).Options.Any(other => other.Name == pair.Key)));
            bool isRefused = values.All(value => able.With(option.Name, value).Trace(value) is { Code: 2 or 3 } trace && trace.ErrorNames(option.Name));
            Assert.True(isShown != isRefused, $"--{option.Name} {string.Join('|', values)} is {(isShown ? "" : "not ")}in the help, and {(isRefused ? "" : "not ")}refused");
        }
    }
}
