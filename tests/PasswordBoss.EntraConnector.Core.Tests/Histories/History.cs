using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>What can happen between two runs, or in one.</summary>
internal enum Happening
{
    Join,
    Leave,
    Disable,
    Enable,
    SoftDelete,
    Restore,
    HardDelete,
    Rehire,
    Rename,
    ChangeAddress,
    SwapAddresses,
    JoinGroup,
    LeaveGroup,
    RenameGroup,
    ChangeRules,
    AdminDisable,
    AdminEnable,
    AdminDelete,
    AdminMakesPersonal,
    AdminCreates,
    Wait,
    Run,
    RunThatDies,
    RunWithFaults,
    RunThatReadsBadly,
}

/// <summary>One step: whatever it is, it can be applied to any company, so that shorter histories are histories too.</summary>
/// <param name="What">The happening.</param>
/// <param name="Who">A person, or a group.</param>
/// <param name="Which">An address, a group or a rule set.</param>
/// <param name="Number">A number whose meaning depends on the happening.</param>
internal sealed record Step(Happening What, int Who, int Which, int Number);

internal static class History
{
    private static readonly (int Weight, Happening What)[] Weights =
    {
        (10, Happening.Join), (5, Happening.Leave), (5, Happening.Disable), (4, Happening.Enable), (4, Happening.SoftDelete), (3, Happening.Restore), (2, Happening.HardDelete),
        (2, Happening.Rehire), (2, Happening.Rename), (4, Happening.ChangeAddress), (1, Happening.SwapAddresses), (4, Happening.JoinGroup), (3, Happening.LeaveGroup),
        (1, Happening.RenameGroup), (4, Happening.ChangeRules), (2, Happening.AdminDisable), (2, Happening.AdminEnable), (2, Happening.AdminDelete), (1, Happening.AdminMakesPersonal),
        (3, Happening.AdminCreates), (2, Happening.Wait), (8, Happening.Run), (8, Happening.RunThatDies), (6, Happening.RunWithFaults), (4, Happening.RunThatReadsBadly),
    };

    public static Gen<List<Step>> Any { get; } =
        Gen.Select(Gen.Frequency(Weights.Select(w => (w.Weight, (IGen<Happening>)Gen.Const(w.What))).ToArray()), Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 99], (what, who, which, number) => new Step(what, who, which, number))
            .List[1, 40];

    public static string Print(IEnumerable<Step> history) =>
        string.Join(Environment.NewLine, history.Select(s => $"new({nameof(Happening)}.{s.What}, {s.Who}, {s.Which}, {s.Number}),"));
}
