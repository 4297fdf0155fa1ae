using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Formats a planned action as one line: the action, its user or group, and the reason.</summary>
internal static class ActionSentence
{
    internal static string Of(PlannedChange action)
    {
        var subject = action.Email ?? action.DisplayName ?? action.EntraId ?? "";
        var what = Texts.Do(action.Action, subject, action.GroupName ?? action.GroupId ?? "").Render();
        return Texts.DoBecause(what, action.Reason.Render()).Render();
    }
}
