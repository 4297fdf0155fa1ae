using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>One planned action as one line: what, to whom, and why.</summary>
internal static class ActionSentence
{
    internal static string Of(PlannedChange action)
    {
        var whom = action.Email ?? action.DisplayName ?? action.EntraId ?? "";
        var what = new Message("Do_" + action.Action, whom, action.GroupName ?? action.GroupId ?? "").Render();
        return new Message("Do_Because", what, action.Reason.Render()).Render();
    }
}
