using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// Texts that are chosen by a value of an enumeration (a value without its text does not compile), and lists of values, each of which is rendered in the reader's language.
/// </summary>
public static partial class Texts
{
    /// <summary>Several values with commas between them, inside a sentence.</summary>
    /// <param name="values">The values.</param>
    public static MessageArgument ListOf(IEnumerable<MessageArgument> values) => Joined(values, TextList);

    /// <summary>Several values that may contain commas, inside a sentence.</summary>
    /// <param name="values">The values.</param>
    public static MessageArgument PartsOf(IEnumerable<MessageArgument> values) => Joined(values, TextParts);

    private static MessageArgument Joined(IEnumerable<MessageArgument> values, Func<MessageArgument, MessageArgument, Message> join) =>
        values.Reverse().Aggregate(default(MessageArgument?), (others, value) => others is { } rest ? join(value, rest) : value) ?? "";

#pragma warning disable CS8524 // Callers pass named values only; a named value that is missing here is CS8509, an error.
    /// <summary>The state of an account, inside a sentence.</summary>
    /// <param name="state">The state.</param>
    public static Message StateWord(AccountState state) => state switch
    {
        AccountState.Unknown => StateWordUnknown,
        AccountState.Active => StateWordActive,
        AccountState.Pending => StateWordPending,
        AccountState.Disabled => StateWordDisabled,
        AccountState.Personal => StateWordPersonal,
    };

    /// <summary>A write that a read must confirm, inside a sentence.</summary>
    /// <param name="action">The write.</param>
    /// <param name="group">The group, for the removal of a member.</param>
    public static Message Write(SyncAction action, string group) => action switch
    {
        SyncAction.Enable => WriteEnable,
        SyncAction.Disable => WriteDisable,
        SyncAction.Delete => WriteDelete,
        SyncAction.ConvertToPersonal => WriteConvertToPersonal,
        SyncAction.RemoveMember => WriteRemoveMember(group),
        SyncAction.Create or SyncAction.CreatePending or SyncAction.Adopt or SyncAction.Update or SyncAction.AddMember or SyncAction.CreateGroup or SyncAction.UpdateGroup or SyncAction.DeleteGroup or SyncAction.ReleaseGroup or SyncAction.Unlink or SyncAction.Conflict or SyncAction.Skip =>
            throw new ArgumentOutOfRangeException(nameof(action)),
    };

    /// <summary>An action as a prompt and <c>-WhatIf</c> show it.</summary>
    /// <param name="action">The action.</param>
    /// <param name="account">The account, or the user.</param>
    /// <param name="group">The group, for actions on groups and members.</param>
    public static Message Do(SyncAction action, string account, string group) => action switch
    {
        SyncAction.Create => DoCreate(account),
        SyncAction.CreatePending => DoCreatePending(account),
        SyncAction.Adopt => DoAdopt(account),
        SyncAction.Update => DoUpdate(account),
        SyncAction.Enable => DoEnable(account),
        SyncAction.Disable => DoDisable(account),
        SyncAction.Delete => DoDelete(account),
        SyncAction.ConvertToPersonal => DoConvertToPersonal(account),
        SyncAction.CreateGroup => DoCreateGroup(group),
        SyncAction.UpdateGroup => DoUpdateGroup(group),
        SyncAction.AddMember => DoAddMember(account, group),
        SyncAction.RemoveMember => DoRemoveMember(account, group),
        SyncAction.DeleteGroup => DoDeleteGroup(group),
        SyncAction.ReleaseGroup => DoReleaseGroup(group),
        SyncAction.Unlink => DoUnlink(account, group),
        SyncAction.Conflict or SyncAction.Skip => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    /// <summary>A number of planned actions of one kind, inside the summary of a plan.</summary>
    /// <param name="action">An action of that kind.</param>
    /// <param name="count">The number.</param>
    public static Message Part(SyncAction action, string count) => action switch
    {
        SyncAction.Create or SyncAction.CreatePending => PartCreate(count),
        SyncAction.Adopt => PartAdopt(count),
        SyncAction.Update => PartUpdate(count),
        SyncAction.Enable => PartEnable(count),
        SyncAction.Disable => PartDisable(count),
        SyncAction.Delete => PartDelete(count),
        SyncAction.ConvertToPersonal => PartConvertToPersonal(count),
        SyncAction.CreateGroup or SyncAction.UpdateGroup or SyncAction.DeleteGroup or SyncAction.ReleaseGroup => PartGroup(count),
        SyncAction.AddMember or SyncAction.RemoveMember => PartMember(count),
        SyncAction.Unlink => PartUnlink(count),
        SyncAction.Conflict or SyncAction.Skip => throw new ArgumentOutOfRangeException(nameof(action)),
    };
#pragma warning restore CS8524
}
