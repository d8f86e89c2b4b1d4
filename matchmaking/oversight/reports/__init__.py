"""The three large reports: conversion by lender, month and area; waiting for first money; reconciliation of sources."""
