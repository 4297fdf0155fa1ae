using System;
using System.Collections.Generic;
using System.Globalization;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>The text of an event, for people. It is invariant, because every attempt must send the same text, whatever the language of the process.</summary>
public sealed class AlertText
{
    private AlertText(string sentence, string advice, IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        Sentence = sentence;
        Advice = advice;
        Facts = facts;
    }

    /// <summary>What happened, to which connection.</summary>
    public string Sentence { get; }

    /// <summary>The recommended action; empty if there is nothing to do.</summary>
    public string Advice { get; }

    /// <summary>The details, each with its label.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; }

    /// <summary>The text of an event.</summary>
    /// <param name="notice">The event.</param>
    public static AlertText Of(AlertNotice notice)
    {
        var facts = new List<KeyValuePair<string, string>>();
        Add(Texts.AlertFactConnection, notice.Connection == AlertScope.AllName ? null : notice.Connection);
        Add(Texts.AlertFactTenant, notice.TenantId);
        Add(Texts.AlertFactError, notice.ErrorId);
        Add(Texts.AlertFactSince, Render(notice.Since));
        Add(Texts.AlertFactLastSuccess, Render(notice.LastSuccess));
        Add(Texts.AlertFactExpires, Render(notice.SecretExpires));
        Add(Texts.AlertFactTime, Render(notice.Time));
        return new AlertText(
            SentenceOf(notice).Render(CultureInfo.InvariantCulture),
            notice.Event is null or AlertEvent.Recovered ? "" : Texts.AdviceAlert(notice.Connection).Render(CultureInfo.InvariantCulture),
            facts);

        void Add(Message label, string? value)
        {
            if (value is { Length: > 0 })
                facts.Add(new KeyValuePair<string, string>(label.Render(CultureInfo.InvariantCulture), InertText.Of(value)));
        }
    }

    private static Message SentenceOf(AlertNotice notice) => notice.Event switch
    {
        AlertEvent.NotAuthorized => Texts.AlertNotAuthorized(notice.Connection),
        AlertEvent.Paused => Texts.AlertPaused(notice.Connection),
        AlertEvent.Failing => Texts.AlertFailing(notice.Connection),
        AlertEvent.NoSuccess => Texts.AlertNoSuccess(notice.Connection),
        AlertEvent.SecretExpires => notice.SecretExpires <= notice.Time ? Texts.AlertSecretExpired(notice.Connection) : Texts.AlertSecretExpires(notice.Connection),
        AlertEvent.Recovered => Texts.AlertRecovered(notice.Connection),
        _ => notice.Tag is { } tag ? Texts.AlertTestTag(tag)
            : notice.Connection == AlertScope.AllName ? Texts.AlertTestAll
            : Texts.AlertTest(notice.Connection),
    };

    private static string? Render(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
