using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>The address of a receiver. Anyone who knows it can send messages, so no error contains it.</summary>
public static class WebhookAddress
{
    /// <summary>
    /// Refuses everything except https addresses, even for this machine. Returns the address as requests contain it, so that two notations of one address are equal:
    /// without a fragment and the usual port, with the host in lower case.
    /// </summary>
    /// <param name="text">The address as it was entered.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.WebhookInvalid"/>: it cannot be used.</exception>
    public static Uri Validate(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) || address.Host.Length == 0)
            throw new ConnectorException(Problems.WebhookInvalid(Texts.WebhookNotAddress));
        if (address.Scheme != Uri.UriSchemeHttps)
            throw new ConnectorException(Problems.WebhookInvalid(Texts.WebhookNotHttps));
        if (address.UserInfo.Length > 0)
            throw new ConnectorException(Problems.WebhookInvalid(Texts.WebhookUserInfo));
        return new UriBuilder(address) { Host = address.IdnHost, Fragment = "" }.Uri;
    }
}
