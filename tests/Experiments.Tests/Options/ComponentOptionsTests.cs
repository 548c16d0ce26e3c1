using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Experiments.Algorithms;
using Compression.Training.Ptb;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>No component ignores an option in silence: not its own, not those of the pipeline around it, not the flags of others. A new class is under test by its attribute.</summary>
public sealed class ComponentOptionsTests(ITestOutputHelper output)
{
    internal const string Base = "train --data corpus --emb_size 6 --num_hid 6 --num_layers 1 --dropout 0 --bptt 5 --batch_size 4 --threads 1 --log_interval 2 --max_steps 3 --clip 0";

    // Of the trainer's options, those that reach into the composition.
    private static readonly string[] s_beside = ["virtual_workers", "momentum", "weight_decay", "clip", "seed"];

    // Where a small change could change nothing in so small a model.
    private static readonly Dictionary<string, string> s_values = new()
    {
        ["freeze_step"] = "2", ["var_freeze_step"] = "2", ["var_update_scaler"] = "1",
        ["topk_chunk"] = "7", ["dct_tile"] = "2", ["levels_range"] = "1",
        ["compress_ratio"] = "0.5", ["adacomp_bin"] = "7", ["variance_micro_batches"] = "2", ["dgc_sample"] = "1",
    };

    // Where an option of a component can be seen to act; else in the component alone.
    private static readonly Dictionary<(string Component, string Option), (string Without, string With)> s_own = new()
    {
        [("sign", "magnitude")] = ("adacomp+sign", "adacomp+sign(magnitude=sparsifier)"),
        [("dgc", "sample")] = ("dgc(ratio=0.1)", "dgc(ratio=0.1,sample=1)"),
    };

    // What has its moment elsewhere, by option or flag.
    private static readonly Dictionary<(string Component, string Option), string> s_elsewhere = new()
    {
        [("float16", "overflow")] = "it acts above 65504; QuantizerTests hold it",
        [("float16", "float16_overflow")] = "it acts above 65504; QuantizerTests hold it",
        [("sidco", "stages")] = "a limit that a few steps do not reach; SparsifierTests hold it",
        [("zerooneadam", "local_step_scaler")] = "it acts after var_freeze_step; CompressedAdamExchangeTests hold it",
        [("zerooneadam", "local_step_clipper")] = "it acts after var_freeze_step; CompressedAdamExchangeTests hold it",
        [("sidco", "sidco_stages")] = "a limit that a few steps do not reach; SparsifierTests hold it",
    };

    private static readonly AlgorithmCatalog s_catalog = Components.Catalog();

    public static TheoryData<AlgorithmRole, string> Entries
    {
        get
        {
            var data = new TheoryData<AlgorithmRole, string>();
            foreach (var entry in s_catalog.Entries)
            {
                data.Add(entry.Role, entry.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void No_option_is_ignored_in_silence(AlgorithmRole role, string name)
    {
        var entry = s_catalog.Find(role, name, "");
        int compared = 0;
        var failures = new List<string>();
        void Compare(string option, OptionRun without, OptionRun with, bool mustAct)
        {
            compared++;
            var effect = Effects.Of(option, without.Trace(), with.Trace());
            string words = string.Join(' ', with.Options.Except(OptionRun.Parse(Base).Options).Select(pair => $"--{pair.Key} {pair.Value}"));
            output.WriteLine($"{words}: {effect}");
            if ((effect == Effect.Silent || (mustAct && effect != Effect.Acts)) && !s_elsewhere.ContainsKey((name, option.TrimEnd('='))))
            {
                failures.Add($"{words}: {option} is {effect}; {with.Trace().Errors}");
            }
        }

        foreach (var option in entry.Options)
        {
            string value = s_values.GetValueOrDefault(option.Flag) ?? OtherValue.Of(option, OptionText.Format(option.Default), entry.OptionsType!);
            var (without, with) = s_own.TryGetValue((name, option.Name), out var known) ? known : (name, $"{name}({option.Name}={value})");
            var three = OptionRun.Parse(Base).With("virtual_workers", "3");
            Compare($"{option.Name}=", Around(three, entry, without), Around(three, entry, with), mustAct: true);
        }

        var plain = Around(OptionRun.Parse(Base), entry, name);
        plain = entry.Options.Any(option => option.Flag == "compress_ratio") ? plain.With("compress_ratio", "0.1") : plain;
        Assert.True(plain.Trace().Code == 0, plain.Trace().Errors);
        foreach (var option in OptionSchema.Of(typeof(PtbOptions)).Options.Where(option => option.Group == "Compression" || s_beside.Contains(option.Name)))
        {
            string now = plain.Options.GetValueOrDefault(option.Name, OptionText.Format(option.Default));
            string[] values = option.Name switch
            {
                "compressor" => ["terngrad", "topk"],
                "memory" => ["ef21", "residual"],
                "exchange" => ["ps", "allgather"],
                "clip" => ["0.1"],
                _ => [OptionCases.Of("train", option.Name).Value ?? OtherValue.Of(option, now, typeof(PtbOptions))],
            };
            Compare(option.Name, plain, plain.With(option.Name, values.First(value => value != now)), mustAct: false);
        }

        foreach (var flag in s_catalog.Flags)
        {
            var (owner, option) = flag.First();
            Compare(flag.Key, plain, plain.With(flag.Key, s_values.GetValueOrDefault(flag.Key) ?? OtherValue.Of(option, OptionText.Format(option.Default), owner.OptionsType!)), mustAct: false);
        }

        output.WriteLine($"{compared} options of and around {name}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>A run with a component in its place.</summary>
    internal static OptionRun Around(OptionRun run, AlgorithmEntry entry, string text) => entry.Role switch
    {
        AlgorithmRole.Memory => run.With("compressor", "topk").With("memory", text),
        AlgorithmRole.Exchange when entry.Declared.Traits.HasFlag(AlgorithmTraits.SharesMoments) => run.With("exchange", text).With("optim", "adam"),
        AlgorithmRole.Exchange => run.With("exchange", text).With("compressor", CarriedBy(entry)),
        _ => run.With("compressor", text),
    };

    private static string CarriedBy(AlgorithmEntry exchange) =>
        exchange.Declared.Carries.HasFlag(PayloadForm.SparseFloats) ? "topk" : exchange.Declared.Carries.HasFlag(PayloadForm.Floats) ? "none" : "sign";
}
