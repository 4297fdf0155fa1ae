using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The checks that refuse a whole run before a plan is made. <c>-Force</c> overrides none of them.</summary>
public static class SafetyRules
{
    /// <summary>The reason why this reading of the user group cannot be used; null if it can.</summary>
    /// <param name="userGroup">The user group.</param>
    /// <param name="state">The state, to report how many accounts the run leaves active; null outside a run.</param>
    public static Problem? RefusalOf(GroupReading userGroup, SyncState? state)
    {
        MessageArgument kept = state is null ? "" : Texts.KeptAccounts(MessageValue.Of(AccountsInUse(state).Count()));
        switch (userGroup.Status)
        {
            case ReadingStatus.NotFound:
                return Problems.UserGroupNotFound(userGroup.DisplayName, userGroup.GroupId, kept);
            case ReadingStatus.Incomplete when userGroup.Problem is { Id: ErrorId.PermissionMissing } problem:
                return problem;
            case ReadingStatus.Incomplete:
                return Problems.UserGroupUnreadable(userGroup.DisplayName, userGroup.Problem?.Sentence ?? (MessageArgument)"", kept);
        }

        if (userGroup.Users.Count == 0)
        {
            return userGroup.Status == ReadingStatus.Hidden
                ? Problems.UserGroupHidden(userGroup.DisplayName)
                : Problems.UserGroupEmpty(userGroup.DisplayName, kept);
        }

        return userGroup.Users.Any(u => u.IsReadable)
            ? null
            : Problems.MembersUnreadable(userGroup.DisplayName, "User.Read.All", kept);
    }

    /// <summary>The first rule that the server does not support; null if it supports all.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="capabilities">What the server offers.</param>
    public static Problem? Unsupported(SyncRules rules, AccountCapabilities capabilities)
    {
        if (capabilities.UserExtension)
            return null;
        if (rules.NewUser == NewUserRule.CreatePending)
            return Problems.RuleNotSupported(nameof(SyncRules.NewUser), rules.NewUser.ToString());
        if (rules.DeletedUser == LeaverRule.ConvertToPersonal)
            return Problems.RuleNotSupported(nameof(SyncRules.DeletedUser), rules.DeletedUser.ToString());
        if (rules.DisabledUser == LeaverRule.ConvertToPersonal)
            return Problems.RuleNotSupported(nameof(SyncRules.DisabledUser), rules.DisabledUser.ToString());
        return rules.RemovedUser == LeaverRule.ConvertToPersonal
            ? Problems.RuleNotSupported(nameof(SyncRules.RemovedUser), rules.RemovedUser.ToString())
            : null;
    }

    internal static System.Collections.Generic.IEnumerable<AccountLink> AccountsInUse(SyncState state) =>
        state.Links.Where(l => l.Kind == LinkKind.Current && l.AppliedRule == LeaverRule.None);
}
