using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>The events between two runs, or during one.</summary>
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
    DeleteGroup,
    RestoreGroup,
    HardDeleteGroup,
    ChangeRules,
    AdminDisable,
    AdminEnable,
    AdminDelete,
    AdminMakesPersonal,
    AdminCreates,
    Wait,
    JoinInnerGroup,
    LeaveInnerGroup,
    NestGroup,
    TakeGroupOut,
    TrackingMisbehaves,
    TrackingFallsBehind,
    ReadsFallBehind,
    AdminAddsMember,
    AdminRemovesMember,
    AdminRenamesGroup,
    AdminDeletesGroup,
    DeselectGroup,
    SelectGroup,
    BackUp,
    RollBack,
    Run,
    RunThatDies,
    RunWithFaults,
    RunWithOneFault,
    RunThatReadsBadly,
    RunInWrongCompany,
    RunWithIgnoredWrites,
    RunWithLateEffects,
    RunThatHidesMembers,
    RunThatHidesDisabled,
    RunWithWrongClock,
    RunOfOtherInstallation,
    RunOfOneUser,
    Reapply,
}

/// <summary>One step. Every step can be applied to any company, so a history without one of its steps is a history, too.</summary>
/// <param name="What">The event.</param>
/// <param name="Who">A person, or a group.</param>
/// <param name="Which">An address, a group or a rule set.</param>
/// <param name="Number">A number whose meaning depends on the event.</param>
internal sealed record Step(Happening What, int Who, int Which, int Number);

internal static class History
{
    private static readonly (int Weight, Happening What)[] Weights =
    {
        (10, Happening.Join), (5, Happening.Leave), (5, Happening.Disable), (4, Happening.Enable), (4, Happening.SoftDelete), (3, Happening.Restore), (2, Happening.HardDelete),
        (2, Happening.Rehire), (2, Happening.Rename), (4, Happening.ChangeAddress), (1, Happening.SwapAddresses), (4, Happening.JoinGroup), (3, Happening.LeaveGroup),
        (1, Happening.RenameGroup), (1, Happening.DeleteGroup), (2, Happening.RestoreGroup), (1, Happening.HardDeleteGroup), (4, Happening.ChangeRules), (2, Happening.AdminDisable), (2, Happening.AdminEnable), (2, Happening.AdminDelete), (1, Happening.AdminMakesPersonal),
        (3, Happening.AdminCreates), (2, Happening.Wait), (3, Happening.TrackingMisbehaves), (3, Happening.TrackingFallsBehind), (6, Happening.ReadsFallBehind),
        (2, Happening.AdminAddsMember), (2, Happening.AdminRemovesMember), (1, Happening.AdminRenamesGroup), (1, Happening.AdminDeletesGroup), (2, Happening.DeselectGroup), (3, Happening.SelectGroup), (8, Happening.Run), (8, Happening.RunThatDies), (5, Happening.RunWithFaults),
        (5, Happening.RunWithOneFault), (5, Happening.RunThatReadsBadly), (1, Happening.RunInWrongCompany), (6, Happening.RunWithIgnoredWrites), (2, Happening.RunWithLateEffects),
        (2, Happening.RunThatHidesMembers), (2, Happening.RunThatHidesDisabled), (2, Happening.RunWithWrongClock), (6, Happening.RunOfOneUser),
    };

    private static readonly (int Weight, Happening What)[] OfNesting =
    {
        (10, Happening.JoinInnerGroup), (6, Happening.LeaveInnerGroup), (5, Happening.NestGroup), (3, Happening.TakeGroupOut),
    };

    /// <summary>Any history of a company without nested groups.</summary>
    public static Gen<List<Step>> Flat { get; } = Of(Weights);

    /// <summary>Any history of a company with nested groups.</summary>
    public static Gen<List<Step>> Nested { get; } = Of(Weights.Concat(OfNesting).ToArray());

    /// <summary>A history of a company whose database is sometimes restored. It has few other steps, so that several are about one user.</summary>
    public static Gen<List<Step>> RollBack { get; } = Of(
        new[]
        {
            (12, Happening.Join), (12, Happening.Leave), (3, Happening.Disable), (3, Happening.Enable), (2, Happening.SoftDelete), (2, Happening.Restore), (1, Happening.ChangeAddress),
            (1, Happening.ChangeRules), (1, Happening.AdminCreates), (1, Happening.Wait), (10, Happening.BackUp), (10, Happening.RollBack), (20, Happening.Run), (3, Happening.RunThatDies),
            (2, Happening.RunWithFaults), (3, Happening.RunWithIgnoredWrites),
        },
        people: 2);

    /// <summary>A history of a company whose limits hold back removals. Several users leave between two runs.</summary>
    public static Gen<List<Step>> Limits { get; } = Of(Weights.Concat(new[]
    {
        (30, Happening.Join), (20, Happening.Leave), (10, Happening.Disable), (10, Happening.SoftDelete), (10, Happening.JoinGroup), (5, Happening.AdminDelete),
    }).ToArray());

    /// <summary>Any history of a company whose admin applies changed rules to users who left before.</summary>
    public static Gen<List<Step>> WithReapply { get; } = Of(Weights.Concat(new[] { (15, Happening.Reapply), (15, Happening.ChangeRules), (10, Happening.Join), (10, Happening.Leave) }).ToArray());

    /// <summary>Any history of a company that two installations sync.</summary>
    public static Gen<List<Step>> TwoInstallations { get; } = Of(Weights.Append((20, Happening.RunOfOtherInstallation)).ToArray());

    private static Gen<List<Step>> Of((int Weight, Happening What)[] weights, int people = 4) =>
        Gen.Select(Gen.Frequency(weights.Select(w => (w.Weight, (IGen<Happening>)Gen.Const(w.What))).ToArray()), Gen.Int[0, people - 1], Gen.Int[0, 3], Gen.Int[0, 99], (what, who, which, number) => new Step(what, who, which, number))
            .List[1, 40];

    /// <summary>Runs a history. If it fails, removes steps until each remaining step is needed for a failure, and reports this history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="live">Runs the steps; throws <see cref="HistoryException"/> if they violate an expectation.</param>
    public static void Try(List<Step> history, Action<List<Step>> live)
    {
        var failure = FailureOf(history);
        if (failure is null)
            return;
        var shortest = history;
        for (var length = shortest.Count / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= shortest.Count;)
            {
                var shorter = shortest.Take(start).Concat(shortest.Skip(start + length)).ToList();
                if (FailureOf(shorter) is { } same)
                {
                    shortest = shorter;
                    failure = same;
                }
                else
                {
                    start++;
                }
            }
        }

        throw new HistoryException(failure.Message + Environment.NewLine + "Shortest history:" + Environment.NewLine + Print(shortest));

        HistoryException? FailureOf(List<Step> steps)
        {
            try
            {
                live(steps);
                return null;
            }
            catch (HistoryException e)
            {
                return e;
            }
        }
    }

    public static string Print(IEnumerable<Step> history) =>
        string.Join(Environment.NewLine, history.Select(s => $"new({nameof(Happening)}.{s.What}, {s.Who}, {s.Which}, {s.Number}),"));
}
